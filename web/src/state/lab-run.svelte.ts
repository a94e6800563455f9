/** An experiment from its start to its end; the last result stays until another one has begun. */

import type { AttributionMetric } from '../engine/engine';
import type { AttributionResult, Check, ExperimentStart } from '../engine/module';
import { settled } from '../experiment/defaults';
import type { Experiment } from '../experiment/experiment';
import { estimateKey, type Estimates, estimatesFor } from '../heatmap/estimates';
import { type MetricChoice, shownMetric, subjectsOf } from '../heatmap/metrics';
import { emptyResult, type LabResult, withRow } from '../heatmap/result';
import { messageOf } from '../loading/errors';
import type { LoadedModel, ModelShelf } from './model-shelf.svelte';
import { secondsLeft } from './time-left';

export type RunStatus = 'idle' | 'running' | 'done' | 'cancelled' | 'failed';

function estimatesWanted(choice: MetricChoice, start: ExperimentStart): AttributionMetric[] {
  const metric = shownMetric(choice.metric, start.targets);
  return estimatesFor(metric, subjectsOf(metric, choice, start.targets));
}

export class LabRun {
  status = $state<RunStatus>('idle');
  result = $state.raw<LabResult>();
  estimates = $state.raw<Estimates>({});
  /** Of the result, once it is done. */
  checks = $state.raw<readonly Check[]>([]);
  seconds = $state(0);
  /** Of a run under way, as far as it can be told. */
  secondsLeft = $state<number>();
  problem = $state<string>();
  private current = 0;
  private resultModel: LoadedModel | undefined;

  constructor(private readonly shelf: ModelShelf) {}

  /** The engine that can be asked more about the result; none where its model was unloaded. */
  get engine() {
    const inUse = this.shelf.inUse;
    return inUse && inUse === this.resultModel ? inUse.engine : undefined;
  }

  /** Runs the experiment; a run under way is given up. choice: what is shown, and estimated first. */
  async start(asked: Experiment, choice: MetricChoice): Promise<void> {
    const model = this.shelf.inUse;
    if (!model) return;
    const experiment = settled(asked);
    const run = ++this.current;
    const isCurrent = () => run === this.current;
    const began = performance.now();
    let rowsBegan = began;
    this.status = 'running';
    this.problem = undefined;
    this.secondsLeft = undefined;
    const onStart = (start: ExperimentStart) => {
      if (!isCurrent()) return [];
      this.show(experiment, model, start);
      this.secondsLeft = secondsLeft(start, 0, 0);
      rowsBegan = performance.now();
      return estimatesWanted(choice, start);
    };
    const onEstimates = (metric: AttributionMetric, estimated: AttributionResult) => {
      if (isCurrent()) this.addEstimate(metric, estimated);
      rowsBegan = performance.now();
    };
    try {
      const end = await model.engine.run(experiment, onStart, onEstimates, (row) => {
        if (!isCurrent() || !this.result) return;
        this.result = withRow(this.result, row);
        const now = performance.now();
        this.seconds = (now - began) / 1000;
        this.secondsLeft = secondsLeft(
          this.result.start,
          row.blockRowsDone,
          (now - rowsBegan) / 1000,
        );
      });
      if (!isCurrent()) return;
      this.status = end;
      this.seconds = (performance.now() - began) / 1000;
      if (end === 'done') await this.check(experiment, isCurrent);
    } catch (error) {
      if (isCurrent()) await this.fail(error, model);
    }
  }

  /** Between two rows; what was computed stays. */
  async cancel(): Promise<void> {
    await this.shelf.inUse?.engine.cancelRun();
  }

  /** Asks for the estimates that go with what is shown and that there are none of yet. */
  async estimate(choice: MetricChoice): Promise<void> {
    const { result, engine } = this;
    if (!result || !engine || this.status === 'running') return;
    try {
      for (const metric of estimatesWanted(choice, result.start)) {
        if (estimateKey(metric) in this.estimates) continue;
        const estimated = await engine.attribute(metric, result.experiment);
        if (this.result?.start === result.start) this.addEstimate(metric, estimated);
      }
    } catch (error) {
      if (engine === this.engine) this.problem = messageOf(error);
    }
  }

  private show(experiment: Experiment, model: LoadedModel, start: ExperimentStart): void {
    const { source, dtype, info } = model;
    const { nLayer, nHead, fingerprint: digest } = info;
    const shown = { id: source.id, label: source.label, dtype, nLayer, nHead, digest };
    this.result = emptyResult(experiment, shown, start);
    this.resultModel = model;
    this.estimates = {};
    this.checks = [];
  }

  private addEstimate(metric: AttributionMetric, estimated: AttributionResult): void {
    this.estimates = { ...this.estimates, [estimateKey(metric)]: estimated };
  }

  private async check(experiment: Experiment, isCurrent: () => boolean): Promise<void> {
    const checks = await this.engine?.checks(experiment);
    if (isCurrent() && checks) this.checks = checks;
  }

  private async fail(error: unknown, model: LoadedModel): Promise<void> {
    if (model !== this.shelf.inUse) {
      this.status = 'cancelled';
      return;
    }
    this.status = 'failed';
    this.problem = messageOf(error);
    if (model.engine.crashed) await this.shelf.reload();
  }
}
