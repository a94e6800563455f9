/** What a set of results gives: the mean heatmap and the spread around it. */

import {
  columnNames,
  jointStates,
  leastExtent,
  type MetricView,
  sweepText,
  unitOf,
} from '../picture/from-result';
import { amountScale, changeScale, type Picture, type PictureScale } from '../picture/picture';
import { stateLines } from '../result/cell-state';
import {
  hasShares,
  metricInfo,
  rawValues,
  runValue,
  isAblation,
  unpatchedRun,
} from '../result/metrics';
import { rowNames } from '../result/panels';
import type { LabResult, SweepValues } from '../result/result';
import { modelText } from '../result/settings-text';
import type { PairResult } from './set-run.svelte';
import { type PairValues, sharedLabels, shareOfMeans, spreadOf, spreadOfShares } from './spread';

/** What is averaged; shares in the two orders that there are. */
export const MEANS = ['change', 'share of means', 'mean of shares'] as const;
export type MeanKind = (typeof MEANS)[number];

export const MEAN_TEXTS: Record<MeanKind, string> = {
  change: 'the mean change',
  'share of means': 'share of means: of the mean metrics',
  'mean of shares': 'mean of shares: of each pair’s share',
};

export interface SetPictures {
  /** None where the clean and the corrupted runs are too near each other to normalise. */
  mean: Picture | undefined;
  /** None of a single pair, and of a share of means. */
  deviation: Picture | undefined;
}

const ORDINALS = ['first', 'second', 'third', 'fourth'];
/** Shares are seen from here on. */
const LEAST_SHARE = 0.1;

/** The means that a metric of these experiments has. */
export function availableMeans(
  { metric }: Pick<MetricView, 'metric'>,
  experiment: LabResult['experiment'],
): readonly MeanKind[] {
  return hasShares(metric) && !isAblation(experiment) ? MEANS : ['change'];
}

/** "Probability of each pair’s first target" */
function setMetricText({ metric, target, against }: MetricView): string {
  const name = (index: number) => `${ORDINALS[index] ?? `${index + 1}th`} target`;
  if (!metricInfo(metric).ofTarget) return metricInfo(metric).label;
  if (metric === 'logit_diff')
    return `Logit of each pair’s ${name(target)} − of its ${name(against)}`;
  return `${metricInfo(metric).label} of each pair’s ${name(target)}`;
}

/** "1 pair", "2 pairs" */
const pairsText = (count: number) => `${count} pair${count === 1 ? '' : 's'}`;

interface Swept {
  result: LabResult;
  sweep: SweepValues;
}

interface Means {
  mean: Float32Array | undefined;
  deviation: Float32Array | undefined;
  /** Before what is shown, and as a line of the caption. */
  title: string;
  caption: string;
}

function valuesOf({ result, sweep }: Swept, { metric, target, against }: MetricView): PairValues {
  const subject = { target, against };
  return {
    patched: rawValues(sweep, metric, subject),
    clean: runValue(result.start.clean, metric, subject),
    corrupted: runValue(result.start.corrupted, metric, subject),
  };
}

function meansOf(swept: readonly Swept[], view: MetricView, kind: MeanKind): Means {
  const pairs = swept.map((each) => valuesOf(each, view));
  const all = pairsText(pairs.length);
  switch (kind) {
    case 'change': {
      const { metric, target, against } = view;
      const changes = swept.map(({ result, sweep }, i) => {
        const run = unpatchedRun(result.start, sweep.info);
        const base = runValue(run, metric, { target, against });
        return pairs[i]?.patched.map((value) => value - base) ?? new Float32Array();
      });
      return {
        ...spreadOf(changes),
        title: `Mean of ${all}`,
        caption: 'What a patch changes, over all pairs.',
      };
    }
    case 'share of means':
      return {
        mean: shareOfMeans(pairs, metricInfo(view.metric).leastGap),
        deviation: undefined,
        title: `Share of means over ${all}`,
        caption:
          'Share of the way from the corrupted to the clean run: metric means over pairs first, then normalised.',
      };
    case 'mean of shares': {
      const shares = spreadOfShares(pairs, metricInfo(view.metric).leastGap);
      const used = shares?.count ?? 0;
      return {
        mean: shares?.mean,
        deviation: shares?.deviation,
        title: `Mean of shares over ${used === pairs.length ? all : `${used} of ${all}`}`,
        caption:
          'Share of the way from the corrupted to the clean run: each pair normalised, then the mean.' +
          (used < pairs.length
            ? ` Without ${pairsText(pairs.length - used)} whose clean and corrupted run are too near each other.`
            : ''),
      };
    }
  }
}

function scaleOf(values: Float32Array, view: MetricView, kind: MeanKind): PictureScale {
  if (kind === 'change') return changeScale(values, leastExtent(view.metric), unitOf(view.metric));
  return changeScale(values, LEAST_SHARE, 'of the gap');
}

/** results: one at least, all of one shape. index: which of their sweeps. */
export function setPictures(
  results: readonly PairResult[],
  index: number,
  view: MetricView,
  kind: MeanKind = 'change',
): SetPictures | undefined {
  const swept = results.flatMap(({ result }): Swept[] => {
    const sweep = result.sweeps[index];
    return sweep ? [{ result, sweep }] : [];
  });
  const [first] = swept;
  if (!first) return undefined;
  const { mean, deviation, title, caption } = meansOf(swept, view, kind);
  const columns = swept.map(({ result, sweep }) => columnNames(result, sweep));
  const states = jointStates(swept.map(({ sweep }) => sweep));
  const what = `${setMetricText(view)}, ${sweepText(first.sweep)}`;
  const shared = {
    rows: first.sweep.info.rows,
    columns: first.sweep.info.columns,
    states,
    rowLabels: rowNames(first.sweep, first.result.model.nHead),
    columnLabels: sharedLabels(columns.map(({ labels }) => labels)),
    from: first.sweep.info.axes === 'head' ? undefined : ('change' as const),
    strongColumns: (columns[0]?.strong ?? []).map((_, i) =>
      columns.some(({ strong }) => strong[i]),
    ),
    caption: [
      caption,
      `Model: ${modelText(first.result.model)}`,
      ...stateLines(states),
      `Pairs: ${results.map(({ name }) => name).join('; ')}`,
    ],
  };
  const [least, unit] =
    kind === 'change'
      ? [leastExtent(view.metric), unitOf(view.metric)]
      : [LEAST_SHARE, 'of the gap'];
  return {
    mean: mean && {
      ...shared,
      title: `${title}: ${what}`,
      values: mean,
      scale: scaleOf(mean, view, kind),
    },
    deviation: deviation && {
      ...shared,
      title: `Standard deviation over ${pairsText(swept.length)}: ${what}`,
      values: deviation,
      scale: amountScale(deviation, least, unit),
    },
  };
}
