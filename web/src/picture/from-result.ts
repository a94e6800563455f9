/** A result's heatmap as a picture. */

import type { Token } from '../engine/module';
import { visibleText } from '../experiment/token-diff';
import { type CellState, exactState, stateLines } from '../heatmap/cell-state';
import type { Metric, Reference } from '../heatmap/metrics';
import { metricInfo } from '../heatmap/metrics';
import { rowNames } from '../heatmap/panels';
import type { LabResult, SweepValues } from '../heatmap/result';
import { shownValues } from '../heatmap/shown';
import { settingsText } from '../taking/settings-text';
import type { Picture } from './picture';

/** What is seen of a result; indices of targets. `against` counts for the logit difference alone. */
export interface MetricView {
  metric: Metric;
  reference: Reference;
  target: number;
  against: number;
}

const REFERENCE_TEXTS: Record<Reference, string> = {
  unpatched: ', minus that of the run that was patched',
  corrupted: ', minus that of the corrupted run',
  clean: ', minus that of the clean run',
  raw: ' of the patched run',
  share: ', as a share of the way from the corrupted to the clean run',
};

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

export interface TokenLabels {
  labels: string[];
  /** [position], whether the prompts differ there. */
  strong: boolean[];
}

/** "·Jones / ·Smith" where the prompts differ. */
export function tokenLabels(clean: readonly Token[], corrupted: readonly Token[]): TokenLabels {
  const strong = clean.map(
    (token, i) => corrupted[i] !== undefined && token.id !== corrupted[i].id,
  );
  const labels = clean.map((token, i) => {
    const label = visibleText(token.text);
    return strong[i] ? `${label} / ${visibleText(corrupted[i]?.text ?? '')}` : label;
  });
  return { labels, strong };
}

export function columnNames(result: LabResult, { info }: SweepValues): TokenLabels {
  const { tokensClean, tokensCorrupted } = result.start;
  if (info.axes !== 'head') return tokenLabels(tokensClean, tokensCorrupted);
  return { labels: range(info.columns).map(String), strong: range(info.columns).map(() => false) };
}

/** "Layers from top to bottom, tokens from left to right." */
export function axesText({ info }: SweepValues): string {
  const rows = info.axes === 'head-position' ? 'Heads of each layer' : 'Layers';
  return `${rows} from top to bottom, ${info.axes === 'head' ? 'heads' : 'tokens'} from left to right.`;
}

/** "Probability of ·Jones" */
export function metricText(result: LabResult, { metric, target, against }: MetricView): string {
  const name = (index: number) => visibleText(result.start.targets[index]?.text ?? '');
  if (!metricInfo(metric).ofTarget) return metricInfo(metric).label;
  if (metric === 'logit_diff') return `Logit of ${name(target)} − logit of ${name(against)}`;
  return `${metricInfo(metric).label} of ${name(target)}`;
}

export function sweepText({ info }: SweepValues): string {
  return `${info.site}, ${info.direction}`;
}

/** estimate: [row][column], of the metric's change, shown where nothing exact is known. */
export function heatmapPicture(
  result: LabResult,
  sweep: SweepValues,
  view: MetricView,
  estimate?: Float32Array,
): Picture {
  const { metric, reference, target, against } = view;
  const subject = { target, against };
  const shown = shownValues(result.start, sweep, metric, reference, subject, estimate);
  const { labels, strong } = columnNames(result, sweep);
  return {
    title: `${metricText(result, view)}: ${sweepText(sweep)}`,
    rows: sweep.info.rows,
    columns: sweep.info.columns,
    values: shown.values,
    states: shown.states,
    rowLabels: rowNames(sweep, result.model.nHead),
    columnLabels: labels,
    strongColumns: strong,
    scale: { range: shown.range, unit: shown.isShare ? '' : unitOf(metric) },
    caption: [
      `Colour: ${metricText(result, view)}${REFERENCE_TEXTS[reference]}.`,
      ...stateLines(shown.states),
      ...settingsText(result),
    ],
  };
}

export const leastExtent = (metric: Metric): number => metricInfo(metric).leastChange;

export const unitOf = (metric: Metric): string => metricInfo(metric).unit;

/** What each cell’s patch changed: [row][column]. */
export function changesOf(result: LabResult, sweep: SweepValues, view: MetricView): Float32Array {
  const { metric, target, against } = view;
  return shownValues(result.start, sweep, metric, 'unpatched', { target, against }).values;
}

/** [row][column], of what takes a value from each of several sweeps: the least that is known. */
export function jointStates(sweeps: readonly SweepValues[]): CellState[] {
  const cells = sweeps[0]?.measures.cells ?? 0;
  return Array.from({ length: cells }, (_, cell): CellState => {
    const states = sweeps.map((sweep) => exactState(sweep, cell));
    if (states.includes('not finite')) return 'not finite';
    return states.includes('not computed') ? 'not computed' : 'exact';
  });
}
