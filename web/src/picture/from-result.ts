/** A result's heatmap as a picture. */

import type { Token } from '../engine/module';
import { type CellState, exactState, stateLines } from '../result/cell-state';
import { MadeBefore } from '../result/made-before';
import type { Metric, Reference } from '../result/metrics';
import { metricInfo } from '../result/metrics';
import { placeOf, rowNames } from '../result/panels';
import type { Box } from '../result/cells';
import type { LabResult, SweepValues } from '../result/result';
import { settingsText } from '../result/settings-text';
import { shownValues } from '../result/shown';
import { visibleText } from '../tokens/token-diff';
import { visibleTokens } from '../tokens/visible-tokens';
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
function tokenLabels(clean: readonly Token[], corrupted: readonly Token[]): TokenLabels {
  const strong = clean.map(
    (token, i) => corrupted[i] !== undefined && token.id !== corrupted[i].id,
  );
  const others = visibleTokens(corrupted);
  const labels = visibleTokens(clean).map((label, i) =>
    strong[i] ? `${label} / ${others[i] ?? ''}` : label,
  );
  return { labels, strong };
}

/** [column], both runs' words where they differ. */
function columnPairs(
  { start }: LabResult,
  { info }: SweepValues,
): NonNullable<Picture['columnPairs']> {
  if (info.axes === 'head') return [];
  const [own, others] = [visibleTokens(start.tokensClean), visibleTokens(start.tokensCorrupted)];
  return start.tokensClean.map((token, i) => {
    const other = start.tokensCorrupted[i];
    if (!other || other.id === token.id) return undefined;
    return [own[i] ?? '', others[i] ?? ''];
  });
}

export function columnNames(result: LabResult, { info }: SweepValues): TokenLabels {
  const { tokensClean, tokensCorrupted } = result.start;
  if (info.axes !== 'head') return tokenLabels(tokensClean, tokensCorrupted);
  return {
    labels: range(info.columns).map((head) => `H${head}`),
    strong: range(info.columns).map(() => false),
  };
}

/** [column], whether noise is put on its token. */
function noisedColumns({ experiment }: LabResult, { info }: SweepValues): boolean[] {
  const { corruption } = experiment;
  if (corruption.kind !== 'noise' || info.axes === 'head') return [];
  return range(info.columns).map((position) => corruption.positions.includes(position));
}

/** The cells that a region has of a sweep; undefined where none was asked for, or where it has none of them. */
function regionBox({ experiment, model }: LabResult, sweep: SweepValues): Box | undefined {
  const { region } = experiment;
  if (!region) return undefined;
  const { rows, columns, axes } = sweep.info;
  const [first, end] = region.layers;
  const inside = range(rows).filter((row) => {
    const { layer } = placeOf(sweep, model.nHead, row, 0);
    return layer >= first && layer < end;
  });
  const [top] = inside;
  const [left, right] = axes === 'head' ? [0, columns] : region.positions;
  if (top === undefined) return undefined;
  return { rows: [top, inside.at(-1) ?? top], columns: [left, Math.min(right, columns) - 1] };
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

const before = new MadeBefore<SweepValues, Picture>();

/** estimate: [row][column], of the metric's change, shown where nothing exact is known. */
export function heatmapPicture(
  result: LabResult,
  sweep: SweepValues,
  view: MetricView,
  estimate?: Float32Array,
): Picture {
  const { metric, reference, target, against } = view;
  // Model and experiment are those of the start.
  const settings = [result.start, metric, reference, target, against, estimate];
  return before.get(sweep, settings, () => makePicture(result, sweep, view, estimate));
}

function makePicture(
  result: LabResult,
  sweep: SweepValues,
  view: MetricView,
  estimate?: Float32Array,
): Picture {
  const { metric, reference, target, against } = view;
  const subject = { target, against };
  const shown = shownValues(result.start, sweep, metric, reference, subject, estimate);
  const { labels, strong } = columnNames(result, sweep);
  const noised = noisedColumns(result, sweep);
  return {
    title: `${metricText(result, view)}: ${sweepText(sweep)}`,
    rows: sweep.info.rows,
    columns: sweep.info.columns,
    values: shown.values,
    states: shown.states,
    rowLabels: rowNames(sweep, result.model.nHead),
    columnLabels: labels,
    columnPairs: columnPairs(result, sweep),
    from: sweep.info.axes === 'head' ? undefined : 'change',
    strongColumns: strong.map((isStrong, column) => isStrong || noised[column] === true),
    noisedColumns: noised,
    region: regionBox(result, sweep),
    unpatched: shown.unpatched,
    scale: {
      range: shown.range,
      unit: shown.isShare ? 'of the gap' : unitOf(metric),
      run: sweep.info.direction === 'denoising' ? 'clean' : 'corrupted',
    },
    caption: [
      `Colour: ${metricText(result, view)}${REFERENCE_TEXTS[reference]}.`,
      ...(noised.includes(true) ? ['Underlined: noise is put on the token’s embedding.'] : []),
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
