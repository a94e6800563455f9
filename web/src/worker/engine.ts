/** The page's side of a worker that holds one model. Parts of the page reach it through `RunQueue`. */

import { proxy, type Remote, wrap } from 'comlink';

import type { ModelInfo, Session } from '../engine/module';
import { scopeHere } from '../engine/variant';
import { answeredWithin, Silent } from '../errors/deadline';
import { follow } from '../errors/errors';
import type { Dtype } from '../weights/dtype';
import type { LoadProgress } from '../weights/progress';
import type { ModelSource } from '../weights/sources';
import { EngineOver } from './engine-over';
import type { EnginePort } from './run-queue.svelte';
import type { Call, ExperimentCall, RunEnd, RunnerEvents } from './session-runner';
import type { EngineWorker, Loaded } from './worker';

/** What happens while a model is loaded. */
export interface LoadEvents {
  onProgress: (progress: LoadProgress) => void;
  /** Something to know that is no error. */
  onNote: (note: string) => void;
  /** Takes what ends the pause of a download that waits to try again. */
  onRetry: (retryNow: () => void) => void;
}

/** How long a worker may compute on before it is ended by force. */
const PATIENCE_MS = 1000;
/** Browsers have been seen to leave a worker, or its own workers, unstarted now and then. */
const START_MS = 25_000;
const STARTS = 2;

export class Engine implements EnginePort {
  /** Rejects with an `EngineOver`. */
  readonly over: Promise<never>;
  private readonly remote: Remote<EngineWorker>;
  private isEnding = false;
  private end: (reason: EngineOver) => void = () => undefined;

  private readonly worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

  private constructor(readonly source: ModelSource) {
    const { worker } = this;
    this.remote = wrap<EngineWorker>(worker);
    this.over = new Promise<never>((_, reject) => {
      this.end = reject;
    });
    // Whoever waits for an answer hears of it; an end while nobody waits is no error.
    this.over.catch(() => undefined);
    worker.addEventListener('error', (event) => {
      this.crash(event.message || 'out of memory?');
    });
  }

  /**
   * Loads a model into a worker of its own; ending the worker is what frees a model's memory.
   * Rejects with the signal's reason where it aborts.
   */
  static async load(
    source: ModelSource,
    dtype: Dtype,
    events: LoadEvents,
    signal: AbortSignal,
  ): Promise<Loaded & { engine: Engine }> {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
    aborted.catch(() => undefined); // where nothing waits for it any more
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      const engine = new Engine(source);
      try {
        const loaded = await engine.startAndLoad(dtype, events, aborted);
        signal.throwIfAborted(); // while the answer was on its way here
        return { engine, ...loaded };
      } catch (error) {
        engine.close();
        if (!(error instanceof Silent) || attempt === STARTS) throw error;
      }
    }
  }

  /** Rejects with `Silent` where the engine does not start: it is to be given up for another. */
  private async startAndLoad(
    dtype: Dtype,
    { onProgress, onNote, onRetry }: LoadEvents,
    aborted: Promise<never>,
  ): Promise<Loaded> {
    const { remote, over } = this;
    const started = answeredWithin(
      remote.start(document.baseURI, scopeHere()),
      START_MS,
      `the browser started no engine within ${(STARTS * START_MS) / 1000} s; reload the page, or close other tabs`,
    );
    onRetry(() => {
      follow(remote.retryNow(), onNote);
    });
    // What can be fetched is fetched while it starts.
    const loading = remote.load(this.source, dtype, proxy(onProgress), proxy(onNote));
    loading.catch(() => undefined); // told below, unless it did not even start
    await Promise.race([started, over, aborted]);
    return Promise.race([loading, over, aborted]);
  }

  // Comlink's types lose what a generic method returns.

  call<Name extends Call>(
    name: Name,
    args: Parameters<Session[Name]>,
  ): Promise<ReturnType<Session[Name]>> {
    return this.answer(
      this.remote.call(name, args) as Promise<unknown> as Promise<ReturnType<Session[Name]>>,
    );
  }

  callOf<Name extends ExperimentCall>(
    experiment: string,
    name: Name,
    args: Parameters<Session[Name]>,
  ): Promise<ReturnType<Session[Name]>> {
    return this.answer(
      this.remote.callOf(experiment, name, args) as Promise<unknown> as Promise<
        ReturnType<Session[Name]>
      >,
    );
  }

  run(id: number, experiment: string, events: RunnerEvents): Promise<RunEnd> {
    const { onStart, onEstimates, onEstimatesFailed, onRow } = events;
    return this.answer(
      this.remote.run(
        id,
        experiment,
        proxy(onStart),
        proxy(onEstimates),
        proxy(onEstimatesFailed),
        proxy(onRow),
      ),
    );
  }

  /** GPT-2's in the place of a tokenizer that the model does not have. */
  useGpt2Tokenizer(): Promise<ModelInfo> {
    return this.answer(this.remote.useGpt2Tokenizer());
  }

  cancel(id: number): Promise<void> {
    return this.answer(this.remote.cancel(id));
  }

  /** Frees everything; what is still being waited for is rejected. */
  close(): void {
    this.end(new EngineOver(`${this.source.label} was unloaded`, false));
    this.terminate();
  }

  /** In peace, where it still answers: see `EngineWorker.rest`; by force where it does not. */
  private terminate(): void {
    if (this.isEnding) return;
    this.isEnding = true;
    const end = () => {
      clearTimeout(timer);
      this.worker.terminate();
    };
    const timer = setTimeout(end, PATIENCE_MS);
    this.remote.rest().then(end, end);
  }

  private async answer<T>(asked: Promise<T>): Promise<T> {
    try {
      return await Promise.race([asked, this.over]);
    } catch (error) {
      if (isTrap(error)) this.crash(error.message);
      throw error;
    }
  }

  private crash(why: string): void {
    this.terminate();
    this.end(new EngineOver(`the computing worker stopped: ${why}`, true));
  }
}

/** WebAssembly that broke off in the middle: what its memory holds then is of no use. */
function isTrap(error: unknown): error is Error {
  return error instanceof Error && (error.name === 'RuntimeError' || error.name === 'RangeError');
}
