/** From the values of runs to what a heatmap colours. Pure, so a change of metric needs no new run. */

import { MEASURES } from '../engine/core-tables';
import { infoOf, type Measure, type MeasureInfo, valueOf, valuesOf } from '../engine/measure-table';
import type { ExperimentStart, Measures, SweepInfo, Target } from '../engine/module';
import type { Experiment } from '../experiment/experiment';
import type { SweepValues } from './result';

export type Metric = 'logit_diff' | Measure;

export const METRICS: readonly Metric[] = ['logit_diff', ...MEASURES.map(({ name }) => name)];

/** What a value is compared with; the unpatched run is the one that patches are put into. */
export const REFERENCES = ['unpatched', 'corrupted', 'clean', 'raw', 'share'] as const;
export type Reference = (typeof REFERENCES)[number];

/** What a person chose to see. */
export interface MetricChoice {
  /** Undefined for what the targets propose. */
  metric: Metric | undefined;
  reference: Reference;
  /** Indices of the targets that the logit difference is of. */
  target: number;
  against: number;
}

export const DEFAULT_CHOICE: MetricChoice = {
  metric: undefined,
  reference: 'unpatched',
  target: 0,
  against: 1,
};

type MetricInfo = Pick<
  MeasureInfo,
  | 'label'
  | 'meaning'
  | 'unit'
  | 'ofTarget'
  | 'ofOneToken'
  | 'better'
  | 'digits'
  | 'leastGap'
  | 'leastChange'
  | 'scale'
>;

const LOGIT_DIFF: MetricInfo = {
  ...infoOf('logit'),
  label: 'Logit difference of two targets',
  meaning:
    'The first target’s logit minus the second’s: what moves the model from one answer to the other.',
};

/** What is to be known of a metric. */
export const metricInfo = (metric: Metric): MetricInfo =>
  metric === 'logit_diff' ? LOGIT_DIFF : infoOf(metric);

/** A target, or for the logit difference a pair of them. */
export interface Subject {
  target: number;
  against: number;
}

const isSingle = (target: Target | undefined) => target?.tokens.length === 1;

/** Logits and ranks are those of one token. */
const needsSingle = (metric: Metric): boolean => metricInfo(metric).ofOneToken;

/** Whether it is one of a single target, which is to be chosen. */
export const isOfOneTarget = (metric: Metric): boolean =>
  metric !== 'logit_diff' && metricInfo(metric).ofTarget;

/** Whether its change can be told as a share of the gap between the runs. */
export const hasShares = (metric: Metric): boolean => metricInfo(metric).leastGap > 0;

export function availableMetrics(targets: readonly Target[]): Metric[] {
  const singles = targets.filter(isSingle).length;
  return METRICS.filter((metric) => {
    if (metric === 'logit_diff') return singles > 1;
    return !needsSingle(metric) || singles > 0;
  });
}

/** The chosen metric, or what comes closest for these targets. */
export function shownMetric(chosen: Metric | undefined, targets: readonly Target[]): Metric {
  const available = availableMetrics(targets);
  if (chosen && available.includes(chosen)) return chosen;
  if (!chosen) return available[0] ?? 'prob';
  return chosen === 'logit_diff' && available.includes('logit') ? 'logit' : 'prob';
}

export const isAblation = ({ corruption }: Pick<Experiment, 'corruption'>) =>
  corruption.kind === 'zero' || corruption.kind === 'mean';

/** An ablation has no corrupted run; a share of a gap says nothing of some measures, as of a rank. */
export function availableReferences(
  metric: Metric,
  experiment: Pick<Experiment, 'corruption'>,
): Reference[] {
  if (metric === 'kl') return ['raw'];
  return REFERENCES.filter((reference) => {
    if (reference === 'share') return hasShares(metric) && !isAblation(experiment);
    return reference !== 'corrupted' || !isAblation(experiment);
  });
}

export function shownReference(
  chosen: Reference,
  metric: Metric,
  experiment: Pick<Experiment, 'corruption'>,
): Reference {
  const available = availableReferences(metric, experiment);
  return available.includes(chosen) ? chosen : (available[0] ?? 'raw');
}

/** The pair where both are single tokens, or else the first two that are. */
export function pairOf(pair: Subject, targets: readonly Target[]): Subject {
  const fits = pair.target !== pair.against;
  if (fits && isSingle(targets[pair.target]) && isSingle(targets[pair.against])) return pair;
  const singles = targets.flatMap((target, index) => (isSingle(target) ? [index] : []));
  return { target: singles[0] ?? 0, against: singles[1] ?? 0 };
}

/** One heatmap for each of these. */
export function subjectsOf(metric: Metric, pair: Subject, targets: readonly Target[]): Subject[] {
  if (!metricInfo(metric).ofTarget) return [{ target: 0, against: 0 }];
  if (metric === 'logit_diff') {
    const { target, against } = pairOf(pair, targets);
    return [{ target, against }];
  }
  return targets.flatMap((target, index) =>
    needsSingle(metric) && !isSingle(target) ? [] : [{ target: index, against: index }],
  );
}

/** A metric of one whole run. */
export function runValue(run: Measures, metric: Metric, { target, against }: Subject): number {
  return metric === 'logit_diff'
    ? valueOf(run, 'logit', target) - valueOf(run, 'logit', against)
    : valueOf(run, metric, target);
}

/** A metric of each patched run: [row][column], NaN until known. */
export function rawValues(
  { measures }: SweepValues,
  metric: Metric,
  { target, against }: Subject,
): Float32Array {
  if (metric !== 'logit_diff') return valuesOf(measures, metric, target);
  const other = valuesOf(measures, 'logit', against);
  return valuesOf(measures, 'logit', target).map((value, i) => value - (other[i] ?? Number.NaN));
}

/** The run that a sweep's patches are put into. */
export function unpatchedRun(start: ExperimentStart, info: SweepInfo): Measures {
  return info.direction === 'denoising' ? start.corrupted : start.clean;
}

type WholeRuns = Pick<ExperimentStart, 'clean' | 'corrupted'>;

/** From the corrupted to the clean run. */
export function gapOf({ clean, corrupted }: WholeRuns, metric: Metric, subject: Subject): number {
  return runValue(clean, metric, subject) - runValue(corrupted, metric, subject);
}

/** Whether a gap between the clean and the corrupted run is large enough to divide by. */
export const isWide = (gap: number, metric: Metric): boolean =>
  hasShares(metric) && Math.abs(gap) >= metricInfo(metric).leastGap;

/** How raw values become shown ones: value → (value − base) / divisor. */
export interface Scaling {
  base: number;
  divisor: number;
  /** What is neutral; for raw values there is no such. */
  centre: number | undefined;
  /** Why raw values are shown where a share was asked for. */
  flag?: string;
}

const RAW: Scaling = { base: 0, divisor: 1, centre: undefined };

export function scalingOf(
  start: ExperimentStart,
  info: SweepInfo,
  metric: Metric,
  reference: Reference,
  subject: Subject,
): Scaling {
  const of = (run: Measures) => runValue(run, metric, subject);
  switch (reference) {
    case 'raw':
      return RAW;
    case 'unpatched':
      return { base: of(unpatchedRun(start, info)), divisor: 1, centre: 0 };
    case 'corrupted':
      return { base: of(start.corrupted), divisor: 1, centre: 0 };
    case 'clean':
      return { base: of(start.clean), divisor: 1, centre: 0 };
    case 'share': {
      const base = of(start.corrupted);
      const gap = gapOf(start, metric, subject);
      if (!isWide(gap, metric)) {
        const flag =
          `The clean and the corrupted run differ by ${Math.abs(gap).toPrecision(2)} only, less than ` +
          `${metricInfo(metric).leastGap}: too little to divide by, so raw values are shown.`;
        return { ...RAW, flag };
      }
      return { base, divisor: gap, centre: info.direction === 'denoising' ? 0 : 1 };
    }
  }
}

export function scaled(values: Float32Array, { base, divisor }: Scaling): Float32Array {
  return base === 0 && divisor === 1 ? values : values.map((value) => (value - base) / divisor);
}

export type ColourRange =
  | { kind: 'diverging'; centre: number; extent: number }
  | { kind: 'sequential'; low: number; high: number; log: boolean };

/** What the colours run over; from the least to the largest value, or as far to both sides of zero. */
export function colourRange(
  values: Float32Array,
  metric: Metric,
  { centre, divisor }: Scaling,
): ColourRange {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  // Smaller changes are shown pale in place of being blown up to full colour.
  const { leastChange: least, scale } = metricInfo(metric);
  if (centre !== undefined) {
    const farthest = low > high ? 0 : Math.max(high - centre, centre - low);
    return { kind: 'diverging', centre, extent: Math.max(farthest, divisor === 1 ? least : 0.1) };
  }
  if (low > high) [low, high] = [0, least];
  if (scale === 'logarithmic')
    return { kind: 'sequential', low: 1, high: Math.max(high, 10), log: true };
  if (scale === 'at zero') low = 0;
  return { kind: 'sequential', low, high: Math.max(high, low + least), log: false };
}
