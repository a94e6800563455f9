/** What a set of results gives: the mean heatmap and the spread around it. */

import type { LabResult, SweepValues } from '../heatmap/result';
import { METRIC_TEXTS } from '../heatmap/metrics';
import {
  changesOf,
  columnNames,
  leastExtent,
  type MetricView,
  rowNames,
  sweepText,
  unitOf,
} from '../picture/from-result';
import { amountScale, changeScale, type Picture } from '../picture/picture';
import { modelText } from '../taking/settings-text';
import { sharedLabels, spreadOf } from './spread';
import type { PairResult } from './set-run.svelte';

export interface SetPictures {
  mean: Picture;
  /** None of a single pair. */
  deviation: Picture | undefined;
}

const ORDINALS = ['first', 'second', 'third', 'fourth'];

/** "Probability of each pair’s first target" */
export function setMetricText({ metric, target, against }: MetricView): string {
  const name = (index: number) => `${ORDINALS[index] ?? `${index + 1}th`} target`;
  if (metric === 'kl') return METRIC_TEXTS.kl.label;
  if (metric === 'logit_diff')
    return `Logit of each pair’s ${name(target)} − of its ${name(against)}`;
  return `${METRIC_TEXTS[metric].label} of each pair’s ${name(target)}`;
}

/** results: one at least, all of one shape. index: which of their sweeps. */
export function setPictures(
  results: readonly PairResult[],
  index: number,
  view: MetricView,
): SetPictures | undefined {
  const swept = results.flatMap(({ result }): { result: LabResult; sweep: SweepValues }[] => {
    const sweep = result.sweeps[index];
    return sweep ? [{ result, sweep }] : [];
  });
  const [first] = swept;
  if (!first) return undefined;
  const spread = spreadOf(swept.map(({ result, sweep }) => changesOf(result, sweep, view)));
  const columns = swept.map(({ result, sweep }) => columnNames(result, sweep));
  const what = `${setMetricText(view)}, ${sweepText(first.sweep)}`;
  const shared = {
    rows: first.sweep.info.rows,
    columns: first.sweep.info.columns,
    rowLabels: rowNames(first.sweep, first.result.model.nHead),
    columnLabels: sharedLabels(columns.map(({ labels }) => labels)),
    strongColumns: (columns[0]?.strong ?? []).map((_, i) =>
      columns.some(({ strong }) => strong[i]),
    ),
    caption: [
      'What a patch changes, over all pairs.',
      `Model: ${modelText(first.result.model)}`,
      `Pairs: ${results.map(({ name }) => name).join('; ')}`,
    ],
  };
  const unit = unitOf(view.metric);
  const least = leastExtent(view.metric);
  const deviation = {
    ...shared,
    title: `Standard deviation over ${spread.count} pairs: ${what}`,
    values: spread.deviation,
    scale: amountScale(spread.deviation, least, unit),
  };
  return {
    mean: {
      ...shared,
      title: `Mean of ${spread.count} pairs: ${what}`,
      values: spread.mean,
      scale: changeScale(spread.mean, least, unit),
    },
    deviation: spread.count > 1 ? deviation : undefined,
  };
}
