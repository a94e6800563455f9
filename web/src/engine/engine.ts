/** The page's side of a worker that holds one model. */

import { proxy, type Remote, wrap } from 'comlink';

import type { LoadProgress } from '../weights/progress';
import type { Dtype } from '../weights/dtype';
import type { ModelSource } from '../weights/sources';
import type { ModelInfo, PatchRequest, PatchRow, PatchStart, Token } from './module';
import { chooseEngine } from './variant';
import type { EngineWorker, PatchEnd } from './worker';

/** What happens while a model is loaded. */
export interface LoadEvents {
  onProgress: (progress: LoadProgress) => void;
  /** Something to know that is no error. */
  onNote: (note: string) => void;
  /** Takes what ends the pause of a download that waits to try again. */
  onRetry: (retryNow: () => void) => void;
}

export class Engine {
  private readonly remote: Remote<EngineWorker>;
  private readonly ended: Promise<never>;
  private end: (reason: Error) => void = () => undefined;
  /** Whether the worker stopped by itself, so that nothing can be asked of it any more. */
  crashed = false;

  private constructor(
    readonly source: ModelSource,
    private readonly worker: Worker,
  ) {
    this.remote = wrap<EngineWorker>(worker);
    this.ended = new Promise<never>((_, reject) => {
      this.end = reject;
    });
    // Whoever waits for an answer hears of it; an end while nobody waits is no error.
    this.ended.catch(() => undefined);
    worker.addEventListener('error', (event) => {
      this.crashed = true;
      this.end(new Error(`the computing worker stopped: ${event.message || 'out of memory?'}`));
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
  ): Promise<{ engine: Engine; info: ModelInfo }> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
    const engine = new Engine(source, worker);
    try {
      signal.throwIfAborted();
      const choice = await chooseEngine(document.baseURI);
      events.onRetry(() => void engine.remote.retryNow());
      const { onProgress, onNote } = events;
      const loading = engine.remote.load(choice, source, dtype, proxy(onProgress), proxy(onNote));
      const info = await Promise.race([loading, engine.ended, aborted]);
      return { engine, info };
    } catch (error) {
      engine.close();
      throw error;
    }
  }

  tokenize(text: string): Promise<Token[]> {
    return Promise.race([this.remote.tokenize(text), this.ended]);
  }

  resolveTarget(text: string): Promise<Token> {
    return Promise.race([this.remote.resolveTarget(text), this.ended]);
  }

  patch(
    request: PatchRequest,
    onStart: (start: PatchStart) => void,
    onRow: (row: PatchRow) => void,
  ): Promise<PatchEnd> {
    return Promise.race([this.remote.patch(request, proxy(onStart), proxy(onRow)), this.ended]);
  }

  cancelPatch(): Promise<void> {
    return this.remote.cancelPatch();
  }

  /** Frees everything; what is still being waited for is rejected. */
  close(): void {
    this.worker.terminate();
    this.end(new Error(`${this.source.label} was unloaded`));
  }
}
