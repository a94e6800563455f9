/** A sweep from its start to its end; the last result stays until another one has begun. */

import type { Experiment } from '../experiment/experiment';
import { emptyResult, type SweepResult, withRow } from '../heatmap/result';
import { messageOf } from '../loading/errors';
import type { ModelShelf } from './model-shelf.svelte';

export type RunStatus = 'idle' | 'running' | 'done' | 'cancelled' | 'failed';

export class SweepRun {
  status = $state<RunStatus>('idle');
  result = $state.raw<SweepResult>();
  /** The model that the result is of. */
  modelLabel = $state('');
  seconds = $state(0);
  problem = $state<string>();
  private current = 0;

  constructor(private readonly shelf: ModelShelf) {}

  /** Runs the experiment; a run under way is given up. */
  async start(experiment: Experiment): Promise<void> {
    const model = this.shelf.inUse;
    if (!model) return;
    const run = ++this.current;
    const began = performance.now();
    const isCurrent = () => run === this.current;
    this.status = 'running';
    this.problem = undefined;
    const { clean, corrupted, targets } = experiment;
    try {
      const end = await model.engine.patch(
        { clean, corrupted, targets: [...targets] },
        (start) => {
          if (!isCurrent()) return;
          this.result = emptyResult(start, model.info.nLayer);
          this.modelLabel =
            model.dtype === 'f32' ? model.source.label : `${model.source.label}, ${model.dtype}`;
        },
        (row) => {
          if (!isCurrent() || !this.result) return;
          this.result = withRow(this.result, row);
          this.seconds = (performance.now() - began) / 1000;
        },
      );
      if (isCurrent()) this.status = end;
    } catch (error) {
      if (!isCurrent()) return;
      if (model !== this.shelf.inUse) {
        this.status = 'cancelled';
        return;
      }
      this.status = 'failed';
      this.problem = messageOf(error);
      if (model.engine.crashed) await this.shelf.reload();
    }
  }

  /** Between two rows; what was computed stays. */
  async cancel(): Promise<void> {
    await this.shelf.inUse?.engine.cancelPatch();
  }
}
