/** The worker that holds one model: it loads it, then answers the page. */

import { expose } from 'comlink';

import { Feeder } from '../loading/feeder';
import type { AddressLoad } from '../loading/from-address';
import { loadModel } from '../loading/load-model';
import { LoadReport } from '../loading/report';
import type { Dtype } from '../weights/dtype';
import type { LoadProgress } from '../weights/progress';
import type { ModelSource } from '../weights/sources';
import type {
  AttributionResult,
  CreatePatchboard,
  ExperimentStart,
  ModelInfo,
  Session,
  SweepRow,
} from './module';
import type { EngineChoice } from './variant';

export type RunEnd = 'done' | 'cancelled';

/** What Session answers in one step, by the same name and with the same arguments. */
export type Call =
  | 'tokenize'
  | 'resolveTarget'
  | 'predict'
  | 'measure'
  | 'logits'
  | 'expandTemplate'
  | 'readPairs'
  | 'repairs';

/** What Session answers of the experiment that was started last. */
export type ExperimentCall = 'attribute' | 'cell' | 'patterns' | 'lens' | 'checks';

/** What the page does with a run; it is awaited, so that rows never pile up. */
export interface RunEvents {
  /** Returns the metrics, as JSON text, that there shall be estimates for before the rows. */
  onStart: (start: ExperimentStart) => readonly string[] | Promise<readonly string[]>;
  onEstimates: (metric: string, result: AttributionResult) => unknown;
  onRow: (row: SweepRow) => unknown;
}

export class EngineWorker {
  private session: Session | undefined;
  private download: AddressLoad | undefined;
  /** Counts runs, and cancels. */
  private run = 0;
  private isRunning = false;
  /** The experiment that the session holds. */
  private started = '';

  /** onNote: takes what a person should know. */
  async load(
    { url, threads }: EngineChoice,
    source: ModelSource,
    dtype: Dtype,
    onProgress: (progress: LoadProgress) => unknown,
    onNote: (note: string) => unknown,
  ): Promise<ModelInfo> {
    const engine = (await import(/* @vite-ignore */ url)) as { default: CreatePatchboard };
    const module = await engine.default();
    const session = new module.Session(threads);
    const report = new LoadReport(onProgress, onNote);
    const feeder = new Feeder(module, session, dtype);
    try {
      await loadModel(feeder, source, report, (load) => {
        this.download = load;
      });
    } finally {
      report.end();
    }
    this.session = session;
    return session.info();
  }

  /** Ends the pause of a download that waits to try again. */
  retryNow(): void {
    this.download?.retryNow();
  }

  call<Name extends Call>(name: Name, args: Parameters<Session[Name]>): ReturnType<Session[Name]> {
    return this.apply(name, args);
  }

  /** experiment: whose answer is wanted; started again where another one was started since. */
  callOf<Name extends ExperimentCall>(
    experiment: string | undefined,
    name: Name,
    args: Parameters<Session[Name]>,
  ): ReturnType<Session[Name]> {
    this.hold(experiment);
    return this.apply(name, args);
  }

  /**
   * Runs an experiment; it ends early where another one starts or `cancelRun` is called.
   * The page's answer to each row is awaited: a cancel, or another question, is heard in between.
   */
  async runExperiment(
    experiment: string,
    onStart: RunEvents['onStart'],
    onEstimates: RunEvents['onEstimates'],
    onRow: RunEvents['onRow'],
  ): Promise<RunEnd> {
    const session = this.loaded();
    const run = ++this.run;
    const start = this.start(experiment);
    this.isRunning = true;
    try {
      for (const metric of await onStart(start)) {
        if (run !== this.run) return 'cancelled';
        await onEstimates(metric, session.attribute(metric));
      }
      while (run === this.run) {
        const row = session.step();
        if (!row) return 'done';
        await onRow(row);
      }
      return 'cancelled';
    } finally {
      if (run === this.run) this.isRunning = false;
    }
  }

  cancelRun(): void {
    this.run++;
    this.isRunning = false;
  }

  private hold(experiment: string | undefined): void {
    if (experiment === undefined || experiment === this.started) return;
    if (this.isRunning) throw new Error('another experiment is being computed; ask again after it');
    this.start(experiment);
  }

  private start(experiment: string): ExperimentStart {
    this.started = '';
    const start = this.loaded().start(experiment);
    this.started = experiment;
    return start;
  }

  private apply<Name extends Call | ExperimentCall>(
    name: Name,
    args: Parameters<Session[Name]>,
  ): ReturnType<Session[Name]> {
    // Embind's methods are found by name; TypeScript cannot tie the arguments to it.
    const session = this.loaded() as unknown as Record<string, (...args: unknown[]) => unknown>;
    return session[name]?.(...args) as ReturnType<Session[Name]>;
  }

  private loaded(): Session {
    if (!this.session) throw new Error('no model is loaded');
    return this.session;
  }
}

expose(new EngineWorker());
