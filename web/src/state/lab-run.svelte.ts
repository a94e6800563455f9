/** An experiment from its start to its end; the last result stays until another one has begun. */

import type { AttributionMetric, EngineAccess, RunEvents } from '../engine/engine-access';
import type { AttributionResult, Check, ExperimentStart } from '../engine/module';
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
  /** Whether the result is that of the run last asked for. */
  hasBegun = $state(false);
  result = $state.raw<LabResult>();
  estimates = $state.raw<Estimates>({});
  /** Why there are none of what is shown; the exact values come all the same. */
  estimatesProblem = $state<string>();
  /** Of the result, once it is done. */
  checks = $state.raw<readonly Check[]>([]);
  /** Why they could not be made; the result is there all the same. */
  checksProblem = $state<string>();
  seconds = $state(0);
  /** Of a run under way, as far as it can be told. */
  secondsLeft = $state<number>();
  problem = $state<string>();
  private abort = new AbortController();
  private resultModel = $state.raw<LoadedModel>();
  /** Estimates that were asked for, of this result. */
  private asked: string[] = [];

  constructor(private readonly shelf: ModelShelf) {}

  /** What can be asked more about the result; nothing where its model was unloaded. */
  get engine(): EngineAccess | undefined {
    const inUse = this.shelf.inUse;
    return inUse && inUse === this.resultModel ? accessOf(inUse) : undefined;
  }

  /** What the run waits for before it begins. */
  get waitsFor(): string | undefined {
    return this.shelf.inUse && accessOf(this.shelf.inUse).waitsFor;
  }

  /** Runs the experiment; a run under way is given up. choice: what is shown, and estimated first. */
  async start(experiment: Experiment, choice: MetricChoice): Promise<void> {
    const model = this.shelf.inUse;
    if (!model) return;
    this.abort.abort();
    const abort = new AbortController();
    this.abort = abort;
    this.status = 'running';
    this.hasBegun = false;
    this.problem = undefined;
    this.secondsLeft = undefined;
    const isCurrent = () => this.abort === abort;
    const events = this.eventsOf(model, choice, isCurrent);
    try {
      const end = await accessOf(model).run(experiment, 'an experiment', events, abort.signal);
      if (!isCurrent()) return;
      this.status = end;
      if (end === 'done') await this.check(isCurrent);
    } catch (error) {
      if (!isCurrent()) return;
      this.status = 'failed';
      this.problem = messageOf(error);
    }
  }

  /** Between two rows; what was computed stays. */
  cancel(): void {
    this.abort.abort();
  }

  /** Asks for the estimates that go with what is shown and that there are none of yet. */
  async estimate(choice: MetricChoice): Promise<void> {
    const { result, engine } = this;
    if (!result || !engine || this.status === 'running') return;
    const isShown = () => this.result?.start === result.start;
    for (const metric of estimatesWanted(choice, result.start)) {
      if (this.asked.includes(estimateKey(metric))) continue;
      this.asked.push(estimateKey(metric));
      try {
        const estimated = await engine.attribute(metric, result.experiment);
        if (isShown()) this.addEstimate(metric, estimated);
      } catch (error) {
        if (isShown() && engine === this.engine) this.estimatesProblem = messageOf(error);
      }
    }
  }

  private eventsOf(model: LoadedModel, choice: MetricChoice, isCurrent: () => boolean): RunEvents {
    let began = 0;
    let rowsBegan = 0;
    return {
      onTurn: () => {
        began = performance.now();
      },
      onStart: (start, run) => {
        if (!isCurrent()) return [];
        this.hasBegun = true;
        this.seconds = (performance.now() - began) / 1000;
        this.show(run, model, start);
        this.secondsLeft = secondsLeft(start, 0, 0);
        rowsBegan = performance.now();
        const wanted = estimatesWanted(choice, start);
        for (const metric of wanted) this.asked.push(estimateKey(metric));
        return wanted;
      },
      onEstimates: (metric, estimated) => {
        if (isCurrent()) this.addEstimate(metric, estimated);
        rowsBegan = performance.now();
      },
      onEstimatesFailed: (_, why) => {
        if (isCurrent()) this.estimatesProblem = why;
        rowsBegan = performance.now();
      },
      onRow: (row) => {
        if (!isCurrent() || !this.result) return;
        this.result = withRow(this.result, row);
        const now = performance.now();
        this.seconds = (now - began) / 1000;
        const took = (now - rowsBegan) / 1000;
        this.secondsLeft = secondsLeft(this.result.start, row.blockRowsDone, took);
      },
    };
  }

  private show(experiment: Experiment, model: LoadedModel, start: ExperimentStart): void {
    const { source, dtype, info } = model;
    const { nLayer, nHead, fingerprint: digest } = info;
    const shown = { id: source.id, label: source.label, dtype, nLayer, nHead, digest };
    this.result = emptyResult(experiment, shown, start);
    this.resultModel = model;
    this.estimates = {};
    this.estimatesProblem = undefined;
    this.asked = [];
    this.checks = [];
    this.checksProblem = undefined;
  }

  private addEstimate(metric: AttributionMetric, estimated: AttributionResult): void {
    this.estimates = { ...this.estimates, [estimateKey(metric)]: estimated };
  }

  /** A check that fails, or cannot be made, is a finding about a result that is there. */
  private async check(isCurrent: () => boolean): Promise<void> {
    const { result, engine } = this;
    if (!result || !engine) return;
    try {
      const checks = await engine.checks(result.experiment);
      if (isCurrent()) this.checks = checks;
    } catch (error) {
      if (isCurrent()) this.checksProblem = messageOf(error);
    }
  }
}

function accessOf(model: LoadedModel): EngineAccess {
  return model.queue.part('Patch');
}
