/** The model in use and the one being loaded; a load that fails leaves the one in use alone. */

import { Engine } from '../engine/engine';
import type { ModelInfo } from '../engine/module';
import { messageOf } from '../loading/errors';
import { availableMemory } from '../weights/memory';
import { type LoadProgress, type Pace, PaceMeter } from '../weights/progress';
import { type Dtype, LARGEST_MEMORY, requireFits } from '../weights/dtype';
import { EMBEDDED_ID, type ModelSource } from '../weights/sources';

export interface LoadedModel {
  engine: Engine;
  info: ModelInfo;
  source: ModelSource;
  dtype: Dtype;
}

export interface Loading {
  source: ModelSource;
  progress: LoadProgress;
  pace: Pace;
  /** Ends a pause between two attempts. */
  retryNow: () => void;
}

/** So that the browser does not throw kept models away by itself when space is short. */
async function askToPersist(): Promise<void> {
  try {
    await navigator.storage.persist();
  } catch {
    // Where it cannot be asked, models are kept as long as the browser likes.
  }
}

export class ModelShelf {
  inUse = $state.raw<LoadedModel>();
  loading = $state.raw<Loading>();
  problem = $state<string>();
  /** What a person should know of the last load, and is no error. */
  notes = $state.raw<readonly string[]>([]);
  /** Bytes that a model can have in this tab. */
  memory = $state(LARGEST_MEMORY);
  private abort: AbortController | undefined;

  /** Until it is asked, `memory` is the most that there can be. */
  async probeMemory(): Promise<void> {
    this.memory = await availableMemory();
  }

  /** Loads a model and then puts it in use; a load under way is given up. */
  async load(source: ModelSource, dtype: Dtype): Promise<void> {
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    this.problem = undefined;
    this.notes = [];
    const meter = new PaceMeter();
    let retryNow = () => {};
    // What is told on the way has a channel of its own, so that it can come after the end.
    let isOver = false;
    const onProgress = (progress: LoadProgress) => {
      if (isOver || abort.signal.aborted) return;
      this.loading = { source, progress, pace: meter.add(progress, performance.now()), retryNow };
    };
    const events = {
      onProgress,
      onNote: (note: string) => {
        if (!abort.signal.aborted) this.notes = [...this.notes, note];
      },
      onRetry: (retry: () => void) => {
        retryNow = retry;
      },
    };
    try {
      const f32Bytes = source.outline?.f32Bytes ?? source.weightBytes;
      if (f32Bytes !== undefined) requireFits(f32Bytes, dtype, source.label, this.memory);
      onProgress({ received: 0, total: source.weightBytes, state: { kind: 'reading' } });
      // Not waited for: Firefox asks the person, who may never answer.
      if (source.id !== EMBEDDED_ID && !source.local) void askToPersist();
      const loaded = await Engine.load(source, dtype, events, abort.signal);
      this.inUse?.engine.close();
      this.inUse = { ...loaded, source, dtype };
    } catch (error) {
      if (!abort.signal.aborted) this.problem = messageOf(error);
    } finally {
      isOver = true;
      if (this.abort === abort) this.loading = undefined;
    }
  }

  /** The model in use in another format, in an engine of its own that the caller closes. */
  async beside(dtype: Dtype): Promise<Engine> {
    if (!this.inUse) throw new Error('no model is in use');
    const quiet = { onProgress: () => {}, onNote: () => {}, onRetry: () => {} };
    const { source } = this.inUse;
    return (await Engine.load(source, dtype, quiet, new AbortController().signal)).engine;
  }

  /** Why it cannot be had; undefined where it can. */
  whyNotBeside(dtype: Dtype): string | undefined {
    const source = this.inUse?.source;
    const f32Bytes = source?.outline?.f32Bytes ?? source?.weightBytes;
    if (!source || f32Bytes === undefined) return undefined;
    try {
      requireFits(f32Bytes, dtype, source.label, this.memory);
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  cancel(): void {
    this.abort?.abort();
  }

  /** The page is left: a browser that puts it aside, to go back to it, would keep gigabytes. */
  leave(): void {
    this.cancel();
    this.inUse?.engine.close();
  }

  /** A worker that died, or ended when the page was left, is replaced by loading its model again. */
  async reload(): Promise<void> {
    if (!this.inUse) return;
    const { engine, source, dtype } = this.inUse;
    engine.close();
    this.inUse = undefined;
    await this.load(source, dtype);
  }
}
