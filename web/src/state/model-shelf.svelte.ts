/** The model in use and the one being loaded; a load that fails leaves the one in use alone. */

import { Engine } from '../engine/engine';
import type { ModelInfo } from '../engine/module';
import { type LoadProgress, type Pace, PaceMeter } from '../weights/progress';
import { type Dtype, requireFits } from '../weights/dtype';
import type { ModelSource } from '../weights/sources';

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
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export class ModelShelf {
  inUse = $state.raw<LoadedModel>();
  loading = $state.raw<Loading>();
  problem = $state<string>();
  private abort: AbortController | undefined;

  /** Loads a model and then puts it in use; a load under way is given up. */
  async load(source: ModelSource, dtype: Dtype): Promise<void> {
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    this.problem = undefined;
    const meter = new PaceMeter();
    const report = (progress: LoadProgress) => {
      if (abort.signal.aborted) return;
      this.loading = { source, progress, pace: meter.add(progress, performance.now()) };
    };
    try {
      if (source.weightBytes !== undefined) {
        requireFits(source.weightBytes, dtype, source.label);
      }
      report({ received: 0, total: source.weightBytes });
      const loaded = await Engine.load(source, dtype, report, abort.signal);
      this.inUse?.engine.close();
      this.inUse = { ...loaded, source, dtype };
    } catch (error) {
      if (!abort.signal.aborted) this.problem = messageOf(error);
    } finally {
      if (this.abort === abort) this.loading = undefined;
    }
  }

  cancel(): void {
    this.abort?.abort();
  }

  /** A worker that died is replaced by loading its model again. */
  async reload(): Promise<void> {
    if (!this.inUse) return;
    const { engine, source, dtype } = this.inUse;
    engine.close();
    this.inUse = undefined;
    await this.load(source, dtype);
  }
}
