/** The worker that holds one model: it loads it, then answers the page. */

import { expose } from 'comlink';

import { createEngine } from '../engine/create-engine';
import type { ModelInfo, PatchboardModule, Session } from '../engine/module';
import {
  chooseEngine,
  type EngineChoice,
  featuresHere,
  type Scope,
  scopeHere,
} from '../engine/variant';
import { messageOf } from '../errors/errors';
import { Feeder } from '../loading/feeder';
import { loadModel, type Retriable } from '../loading/load-model';
import { LoadReport } from '../loading/report';
import type { Dtype } from '../weights/dtype';
import { readGpt2Merges } from '../weights/gpt2-tokenizer';
import type { LoadProgress } from '../weights/progress';
import type { ModelSource, TokenizerUse } from '../weights/sources';
import {
  type Call,
  type ExperimentCall,
  type RunEnd,
  type RunnerEvents,
  SessionRunner,
} from './session-runner';

export interface Loaded {
  info: ModelInfo;
  /** The build of the engine: see `chooseEngine`. */
  variant: string;
  /** Why it computes in one thread; undefined where it has more. */
  oneThread: string | undefined;
  tokenizer: TokenizerUse;
}

/** A joined thread's worker then waits for messages again. */
const UNTIL_IDLE_MS = 50;
/** A worker that waits for messages ends within milliseconds, on a busy machine within tens of them. */
const UNTIL_ENDED_MS = 250;

interface Started {
  module: PatchboardModule;
  choice: EngineChoice;
  session: Session;
}

async function startEngine(base: string, page: Scope): Promise<Started> {
  const choice = chooseEngine(base, page, scopeHere(), await featuresHere());
  const { threads, maximum } = choice;
  const module = await createEngine(choice);
  return { module, choice, session: new module.Session(threads, maximum) };
}

export class EngineWorker {
  private starting: Promise<Started> | undefined;
  private module: PatchboardModule | undefined;
  /** Its end joins the threads. */
  private held: Session | undefined;
  private session: SessionRunner | undefined;
  private download: Retriable | undefined;
  private base = '';

  /** Has an engine without a model. base: see `chooseEngine`. */
  async start(base: string, page: Scope): Promise<void> {
    this.base = base;
    this.starting = startEngine(base, page);
    const { module, session } = await this.starting;
    this.module = module;
    this.held = session;
  }

  /** While the engine starts, what can be fetched is fetched. onNote: takes what a person should know. */
  async load(
    source: ModelSource,
    dtype: Dtype,
    onProgress: (progress: LoadProgress) => unknown,
    onNote: (note: string) => unknown,
  ): Promise<Loaded> {
    if (!this.starting) throw new Error('no engine was started');
    const feeder = this.starting.then(({ module, session }) => new Feeder(module, session, dtype));
    const report = new LoadReport(onProgress, onNote);
    try {
      await loadModel(feeder, source, report, (load) => {
        this.download = load;
      });
    } finally {
      report.end();
    }
    const { session, choice } = await this.starting;
    this.session = new SessionRunner(session);
    const tokenizer = await this.tokenizerOf(source, session, onNote);
    const { variant, oneThread } = choice;
    return { info: session.info(), variant, oneThread, tokenizer };
  }

  /** GPT-2's in the place of one that the model in use does not have. */
  async useGpt2Tokenizer(): Promise<ModelInfo> {
    const merges = await readGpt2Merges(this.base);
    if (!this.held) throw new Error('no model is loaded');
    this.held.useGpt2Tokenizer(merges);
    return this.held.info();
  }

  private async tokenizerOf(
    source: ModelSource,
    session: Session,
    onNote: (note: string) => unknown,
  ): Promise<TokenizerUse> {
    if (session.info().hasTokenizer) return 'own';
    if (source.tokenizer !== 'gpt2') return 'none';
    try {
      await this.useGpt2Tokenizer();
      return 'gpt2';
    } catch (error) {
      onNote(`The model is used without GPT-2’s tokenizer: ${messageOf(error)}.`);
      return 'none';
    }
  }

  /**
   * Ends the threads, and then their workers; nothing can be computed after it. In Chromium a worker whose own
   * workers sleep takes two seconds to end, and one that ends while its own workers are ending may never end, and
   * holds its memory. So threads are joined, their workers ended, and this one is ended a while after them.
   */
  async rest(): Promise<void> {
    this.held?.delete();
    this.held = undefined;
    this.session = undefined;
    await pause(UNTIL_IDLE_MS);
    this.module?.PThread?.terminateAllThreads();
    await pause(UNTIL_ENDED_MS);
  }

  /** Ends the pause of a download that waits to try again. */
  retryNow(): void {
    this.download?.retryNow();
  }

  // The rest is SessionRunner's, once a model is loaded.

  call<Name extends Call>(name: Name, args: Parameters<Session[Name]>): ReturnType<Session[Name]> {
    return this.loaded().call(name, args);
  }

  callOf<Name extends ExperimentCall>(
    experiment: string,
    name: Name,
    args: Parameters<Session[Name]>,
  ): ReturnType<Session[Name]> {
    return this.loaded().callOf(experiment, name, args);
  }

  // Functions of the page arrive one by one: each is a proxy of its own.
  run(
    id: number,
    experiment: string,
    onStart: RunnerEvents['onStart'],
    onEstimates: RunnerEvents['onEstimates'],
    onEstimatesFailed: RunnerEvents['onEstimatesFailed'],
    onRow: RunnerEvents['onRow'],
  ): Promise<RunEnd> {
    const events = { onStart, onEstimates, onEstimatesFailed, onRow };
    return this.loaded().run(id, experiment, events);
  }

  cancel(id: number): void {
    this.loaded().cancel(id);
  }

  private loaded(): SessionRunner {
    if (!this.session) throw new Error('no model is loaded');
    return this.session;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

expose(new EngineWorker());
