/** An experiment from its start to its end; the last result stays until another one has begun. */

import type {
  AttributionMetric,
  AttributionResult,
  Check,
  ExperimentStart,
} from '../engine/module';
import { messageOf } from '../errors/errors';
import { documentOf } from '../experiment/defaults';
import type { Experiment } from '../experiment/experiment';
import { estimateKey, type Estimates, estimatesFor, firstOrderMetric } from '../result/estimates';
import { type MetricChoice, shownMetric, subjectsOf } from '../result/metrics';
import { emptyResult, type LabResult, withKnown, withRow } from '../result/result';
import type { EngineAccess, RunEvents } from '../worker/engine-access';
import type { LoadedModel, ModelShelf } from './model-shelf.svelte';
import { Paced } from './paced';
import { expectedSeconds, type Pace, RunClock, workOf } from './time-left';

/** 'estimated': it was ended after the first-order map, since exact values would have taken too long. */
export type RunStatus = 'idle' | 'running' | 'estimated' | 'done' | 'cancelled' | 'failed';

/** A result with what goes with it: one that was not computed now is shown again. */
export interface SavedResult {
  result: LabResult;
  estimates: Estimates;
  checks: readonly Check[];
}

/** Where the numbers that are shown are from. */
export type CameFrom = 'run' | 'history' | 'file';

export interface RunLimits {
  /** Ends after the first-order map where exact values are expected to take longer; seconds. */
  longest?: number;
  /** Whether it goes on with the last run, of which only the targets were not yet known. */
  goesOn?: boolean;
  /** Told what the two runs say, before anything is patched. */
  onPredictions?: (start: ExperimentStart) => void;
}

/** hasStandIn: of a metric that has no first-order map, that of another one. */
function estimatesWanted(
  choice: MetricChoice,
  start: ExperimentStart,
  hasStandIn: boolean,
): AttributionMetric[] {
  const chosen = shownMetric(choice.metric, start.targets);
  const metric = hasStandIn ? firstOrderMetric(chosen, start.targets) : chosen;
  return estimatesFor(metric, subjectsOf(metric, choice, start.targets));
}

/** Why a run is ended that nobody cancelled. */
const TOO_LONG = new Error('exact values would take longer than they may');

export class LabRun {
  status = $state<RunStatus>('idle');
  /** Whether the result is that of the run last asked for. */
  hasBegun = $state(false);
  result = $state.raw<LabResult>();
  cameFrom = $state<CameFrom>('run');
  /** Whether the first-order map is what there is, until the first row of exact values that somebody asked for. */
  isFirstOrder = $state(false);
  estimates = $state.raw<Estimates>({});
  /** Why there are none of what is shown; the exact values come all the same. */
  estimatesProblem = $state<string>();
  /** Of the result, once it is done. */
  checks = $state.raw<readonly Check[]>([]);
  /** Why they could not be made; the result is there all the same. */
  checksProblem = $state<string>();
  seconds = $state(0);
  /** Whether a run before has computed all of it. */
  isKnown = $state(false);
  /** Of a run under way, as far as it can be told. */
  secondsLeft = $state<number>();
  problem = $state<string>();
  /** Whether a person has cancelled the last run, though it may still end its row. */
  isCancelled = $state(false);
  private abort = new AbortController();
  private resultModel = $state.raw<LoadedModel>();
  /** Of each model that ran in this tab: of its last run, as far as it went. */
  private readonly paces = new WeakMap<LoadedModel, Pace>();
  /** Rows come faster than they can be drawn. */
  private readonly rows = new Paced();
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
  async start(experiment: Experiment, choice: MetricChoice, limits: RunLimits = {}): Promise<void> {
    const model = this.shelf.inUse;
    if (!model) return;
    this.abort.abort();
    const abort = new AbortController();
    this.abort = abort;
    this.rows.drop();
    this.status = 'running';
    this.hasBegun = false;
    this.isCancelled = false;
    this.problem = undefined;
    this.secondsLeft = undefined;
    const isCurrent = () => this.abort === abort;
    const endEarly = () => {
      abort.abort(TOO_LONG);
    };
    const events = this.eventsOf(model, choice, isCurrent, limits, endEarly);
    try {
      const end = await accessOf(model).run(experiment, 'an experiment', events, abort.signal);
      if (!isCurrent()) return;
      this.rows.flush();
      const isTooLong = end === 'cancelled' && abort.signal.reason === TOO_LONG;
      if (isTooLong) this.isFirstOrder = true;
      this.status = isTooLong ? 'estimated' : end;
      if (end === 'done') await this.check(isCurrent);
    } catch (error) {
      if (!isCurrent()) return;
      this.rows.flush();
      this.status = 'failed';
      this.problem = messageOf(error);
    }
  }

  /** Shows what was saved; a run under way is given up. Asks the model in use only where it is the same. */
  showSaved({ result, estimates, checks }: SavedResult, cameFrom: CameFrom): void {
    this.abort.abort();
    this.abort = new AbortController();
    this.rows.drop();
    const model = this.shelf.inUse;
    const isOfModel =
      model?.dtype === result.model.dtype && model.info.fingerprint === result.model.digest;
    this.result = result;
    this.cameFrom = cameFrom;
    this.isFirstOrder = false;
    this.resultModel = isOfModel ? model : undefined;
    this.estimates = estimates;
    this.estimatesProblem = undefined;
    this.asked = Object.keys(estimates);
    this.checks = checks;
    this.checksProblem = undefined;
    this.problem = undefined;
    this.hasBegun = false;
    this.secondsLeft = undefined;
    this.status = 'done';
  }

  /** Between two rows; what was computed stays. */
  cancel(): void {
    this.isCancelled = true;
    this.abort.abort();
  }

  /** Asks for the estimates that go with what is shown and that there are none of yet. */
  async estimate(choice: MetricChoice): Promise<void> {
    const { result, engine } = this;
    if (!result || !engine || this.status === 'running') return;
    const isShown = () => this.result?.start === result.start;
    for (const metric of estimatesWanted(choice, result.start, this.isFirstOrder)) {
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

  private eventsOf(
    model: LoadedModel,
    choice: MetricChoice,
    isCurrent: () => boolean,
    { longest = Infinity, goesOn = false, onPredictions }: RunLimits,
    endEarly: () => void,
  ): RunEvents {
    let began = 0;
    let rowsBegan = 0;
    let clock: RunClock | undefined;
    let arrived: LabResult | undefined;
    let awaited = 0;
    const earlier = goesOn ? this.seconds : 0;
    const couldBeKnown = !goesOn || this.isKnown;
    const secondsAt = (now: number) => earlier + (now - began) / 1000;
    const mayEnd = () => {
      if (awaited === 0 && (this.secondsLeft ?? 0) > longest) endEarly();
    };
    return {
      onTurn: () => {
        began = performance.now();
      },
      onStart: (start, run) => {
        if (!isCurrent()) return [];
        this.hasBegun = true;
        this.seconds = secondsAt(performance.now());
        this.isKnown = couldBeKnown && start.blockRows === 0;
        this.show(run, model, start);
        // Not by the start's pace, which may be ten times the rows': the first row comes soon.
        const pace = this.paces.get(model);
        this.secondsLeft = expectedSeconds(start, run, model.info, pace);
        clock = new RunClock(workOf(start, run, model.info));
        rowsBegan = performance.now();
        const isSoon = longest === Infinity || (this.secondsLeft ?? Infinity) <= longest;
        const wanted = estimatesWanted(choice, start, !isSoon);
        for (const metric of wanted) this.asked.push(estimateKey(metric));
        awaited = wanted.length;
        mayEnd();
        onPredictions?.(start);
        return wanted;
      },
      onEstimates: (metric, estimated) => {
        if (isCurrent()) this.addEstimate(metric, estimated);
        awaited--;
        mayEnd();
        rowsBegan = performance.now();
      },
      onEstimatesFailed: (_, why) => {
        if (isCurrent()) this.estimatesProblem = why;
        awaited--;
        mayEnd();
        rowsBegan = performance.now();
      },
      onRow: (row) => {
        if (!isCurrent() || !this.result) return;
        arrived = withRow(arrived ?? this.result, row);
        const now = performance.now();
        clock?.add(countOnes(row.computed), row.blockRowsDone, (now - rowsBegan) / 1000);
        if (clock?.isSure) {
          if (clock.pace !== undefined) this.paces.set(model, clock.pace);
          if ((clock.secondsLeft ?? 0) > longest) endEarly();
        }
        this.rows.show(() => {
          this.result = arrived;
          this.isFirstOrder = false;
          this.seconds = secondsAt(now);
          this.secondsLeft = clock?.secondsLeft;
        });
      },
    };
  }

  private show(experiment: Experiment, model: LoadedModel, start: ExperimentStart): void {
    const { source, dtype, info } = model;
    const { nLayer, nHead, fingerprint: digest } = info;
    const { id, label, tokenizer } = source;
    const shown = { id, label, dtype, nLayer, nHead, digest, ...(tokenizer && { tokenizer }) };
    const fresh = emptyResult(experiment, shown, start);
    const before = this.result;
    const isSame =
      before !== undefined &&
      this.cameFrom !== 'file' &&
      this.resultModel === model &&
      documentOf(before.experiment) === documentOf(experiment);
    // Of the same experiment, what was computed already is not forgotten until it comes again.
    this.result = isSame ? withKnown(fresh, before) : fresh;
    this.cameFrom = 'run';
    this.resultModel = model;
    if (!isSame) {
      this.estimates = {};
      this.isFirstOrder = false;
    }
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

const countOnes = (marks: Uint8Array) => marks.reduce((sum, mark) => sum + mark, 0);

function accessOf(model: LoadedModel): EngineAccess {
  return model.queue.part('The map');
}
