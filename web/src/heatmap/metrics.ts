/** From the values of runs to what a heatmap colours. Pure, so a change of metric needs no new run. */

import type { ExperimentStart, Measures, SweepInfo, Target } from '../engine/module';
import type { Experiment } from '../experiment/experiment';
import type { SweepValues } from './result';

export const METRICS = ['logit_diff', 'prob', 'log_prob', 'logit', 'rank', 'kl'] as const;
export type Metric = (typeof METRICS)[number];

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

export const METRIC_TEXTS: Record<Metric, { label: string; meaning: string; digits: number }> = {
  logit_diff: {
    label: 'Logit difference of two targets',
    meaning:
      'The first target’s logit minus the second’s: what moves the model from one answer to the other.',
    digits: 4,
  },
  prob: { label: 'Probability', meaning: 'How probable the target is.', digits: 6 },
  log_prob: {
    label: 'Log-probability',
    meaning: 'In nats; small probabilities stay apart, and those of several tokens add up.',
    digits: 4,
  },
  logit: {
    label: 'Logit',
    meaning: 'The score before the softmax, so other tokens play no part.',
    digits: 4,
  },
  rank: { label: 'Rank', meaning: '1 is the most probable of all tokens.', digits: 0 },
  kl: {
    label: 'KL divergence',
    meaning:
      'How far the whole distribution over the next token is from the clean run’s, in nats; no target needed.',
    digits: 5,
  },
};

/** A target, or for the logit difference a pair of them. */
export interface Subject {
  target: number;
  against: number;
}

const isSingle = (target: Target | undefined) => target?.tokens.length === 1;

/** Logits and ranks are those of one token. */
export const needsSingle = (metric: Metric) =>
  metric === 'logit_diff' || metric === 'logit' || metric === 'rank';

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

/** An ablation has no corrupted run; a rank's or a divergence's share of a gap says nothing. */
export function availableReferences(
  metric: Metric,
  experiment: Pick<Experiment, 'corruption'>,
): Reference[] {
  if (metric === 'kl') return ['raw'];
  return REFERENCES.filter((reference) => {
    if (reference === 'share') return metric !== 'rank' && !isAblation(experiment);
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
  if (metric === 'kl') return [{ target: 0, against: 0 }];
  if (metric === 'logit_diff') {
    const { target, against } = pairOf(pair, targets);
    return [{ target, against }];
  }
  return targets.flatMap((target, index) =>
    needsSingle(metric) && !isSingle(target) ? [] : [{ target: index, against: index }],
  );
}

const COLUMNS = { prob: 'prob', log_prob: 'logProb', logit: 'logit', rank: 'rank' } as const;

/** A metric of one whole run. */
export function runValue(run: Measures, metric: Metric, { target, against }: Subject): number {
  if (metric === 'kl') return run.kl;
  const at = (values: Float32Array, index: number) => values[index] ?? Number.NaN;
  if (metric === 'logit_diff') return at(run.logit, target) - at(run.logit, against);
  return at(run[COLUMNS[metric]], target);
}

/** A metric of each patched run: [row][column], NaN until known. */
export function rawValues(sweep: SweepValues, metric: Metric, subject: Subject): Float32Array {
  if (metric === 'kl') return sweep.kl;
  const cells = sweep.info.rows * sweep.info.columns;
  const of = (values: Float32Array, target: number) =>
    values.subarray(target * cells, (target + 1) * cells);
  if (metric !== 'logit_diff') return of(sweep[COLUMNS[metric]], subject.target);
  const other = of(sweep.logit, subject.against);
  return of(sweep.logit, subject.target).map((value, i) => value - (other[i] ?? Number.NaN));
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

/** A gap between the clean and the corrupted run below this is too small to divide by. */
export const LEAST_GAP = { prob: 0.01, log_prob: 0.1, logit: 0.1, logit_diff: 0.1, rank: 1, kl: 1 };

export const isWide = (gap: number, metric: Metric) => Math.abs(gap) >= LEAST_GAP[metric];

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
          `${LEAST_GAP[metric]}: too little to divide by, so raw values are shown.`;
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

/** Smaller changes are shown pale in place of being blown up to full colour. */
const LEAST_EXTENT = { prob: 0.01, log_prob: 0.1, logit: 0.1, logit_diff: 0.1, rank: 1, kl: 0.001 };

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
  const least = LEAST_EXTENT[metric];
  if (centre !== undefined) {
    const farthest = low > high ? 0 : Math.max(high - centre, centre - low);
    return { kind: 'diverging', centre, extent: Math.max(farthest, divisor === 1 ? least : 0.1) };
  }
  if (low > high) [low, high] = [0, least];
  if (metric === 'rank') return { kind: 'sequential', low: 1, high: Math.max(high, 10), log: true };
  if (metric === 'prob' || metric === 'kl') low = 0;
  return { kind: 'sequential', low, high: Math.max(high, low + least), log: false };
}
