/** What is said of a cell: the value first, with its unit, then the place. */

import type { Picture } from '../picture/picture';
import { STATE_TEXTS } from '../result/cell-state';
import { formatNumber, formatSigned } from '../result/format';
import { isAblation, type Metric, metricInfo, rawValues, runValue } from '../result/metrics';
import { placeText, placeOf, positionLabels } from '../result/panels';
import type { LabResult } from '../result/result';
import { type Region, regionText } from '../result/region';
import type { SceneMap, View } from './scene-map';

export interface ValueStyle {
  metric: Metric;
  isShare: boolean;
  /** Whether zero is no change. */
  isChange: boolean;
}

const isProbability = (metric: Metric) => metric === 'prob';

/** "0.99", "+7.30" */
function numberText(value: number, { metric, isShare, isChange }: ValueStyle): string {
  const digits = metric === 'rank' && !isShare ? 0 : 2;
  return (isChange && !isShare ? formatSigned : formatNumber)(value, digits);
}

/** "0.99 of the gap", "+7.30 logits", "0.03" */
export function valueText(value: number, style: ValueStyle): string {
  const unit = style.isShare ? 'of the gap' : metricInfo(style.metric).unit;
  const text = numberText(value, style);
  return unit === '' ? text : `${text} ${unit}`;
}

export const styleOf = (map: SceneMap, metric: Metric): ValueStyle => ({
  metric,
  isShare: map.isShare,
  isChange: map.picture.scale.range.kind === 'diverging' && map.picture.scale.range.centre === 0,
});

/** Once, of all values of a table: "Each value is a share of the gap.", "Each value is in logits."; or nothing. */
export function unitsText({ isShare }: SceneMap, metric: Metric): string {
  const { unit } = metricInfo(metric);
  if (isShare) return 'Each value is a share of the gap.';
  return unit === '' ? '' : `Each value is in ${unit}.`;
}

/** What a table says of a cell, its place and its unit apart: "0.99", "about 0.99", "not computed". */
export const shortText = (map: SceneMap, metric: Metric, index: number): string =>
  stateText(map, metric, index, numberText);

function stateText(
  map: SceneMap,
  metric: Metric,
  index: number,
  textOf: (value: number, style: ValueStyle) => string,
): string {
  const state = map.picture.states?.[index] ?? 'not computed';
  if (state !== 'exact' && state !== 'estimated') return state;
  const value = textOf(map.picture.values[index] ?? Number.NaN, styleOf(map, metric));
  return state === 'exact' ? value : `about ${value}`;
}

/** The heading of the rows' names. */
export function rowsText({ sweeps }: LabResult, map: SceneMap): string {
  const info = sweeps[map.rows.at(-1)?.sweep ?? 0]?.info;
  return info?.axes === 'head-position' ? 'Layer.head' : 'Layer';
}

export function cellText(
  result: LabResult,
  map: SceneMap,
  metric: Metric,
  row: number,
  column: number,
): string {
  const at = map.rows[row];
  const sweep = at && result.sweeps[at.sweep];
  if (!at || !sweep) return '';
  const labels = positionLabels(result.start);
  const place = placeText(placeOf(sweep, result.model.nHead, at.row, column), labels);
  const ofInput =
    sweep.info.site === 'resid_pre' ? place.replace('Layer 0', 'Input of layer 0') : place;
  const where = map.picture.noisedColumns?.[column] ? `${ofInput}, noised` : ofInput;
  const index = row * map.picture.columns + column;
  const state = map.picture.states?.[index] ?? 'not computed';
  const said = stateText(map, metric, index, valueText);
  if (state === 'exact') return `${said}: ${where}`;
  if (state === 'estimated') return `${said}, a first-order estimate: ${where}`;
  return `${STATE_TEXTS[state]}: ${where}`;
}

/** The same, and what the metric is in each run. */
export function cellDetail(
  result: LabResult,
  map: SceneMap,
  { metric, subject }: View,
  row: number,
  column: number,
): string {
  const said = cellText(result, map, metric, row, column);
  const at = map.rows[row];
  const sweep = at && result.sweeps[at.sweep];
  if (!sweep || map.picture.states?.[row * map.picture.columns + column] !== 'exact') return said;
  const patched = rawValues(sweep, metric, subject)[at.row * sweep.info.columns + column];
  const number = (value = Number.NaN) => formatNumber(value, metricInfo(metric).digits);
  const { clean, corrupted } = result.start;
  const ofCorrupted = isAblation(result.experiment)
    ? ''
    : `, corrupted ${number(runValue(corrupted, metric, subject))}`;
  return (
    `${said}. ${metricInfo(metric).label}: patched run ${number(patched)}, ` +
    `clean ${number(runValue(clean, metric, subject))}${ofCorrupted}.`
  );
}

/** Indices of the cells that were asked for. */
function askedCells({ rows, columns, region }: Picture): number[] {
  const [top, bottom] = region?.rows ?? [0, rows - 1];
  const [left, right] = region?.columns ?? [0, columns - 1];
  const cells: number[] = [];
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) cells.push(row * columns + column);
  }
  return cells;
}

/** Where every change that was asked for is small; undefined where one is not, or where not all are known. */
export function allSmall(
  { picture, isShare }: SceneMap,
  metric: Metric,
  region?: Region,
): string | undefined {
  const { values, states = [], scale } = picture;
  const { range } = scale;
  const cells = askedCells(picture);
  const areKnown = cells.every((cell) => states[cell] === 'exact');
  if (range.kind !== 'diverging' || !areKnown) return undefined;
  const least = isShare ? 0.01 : metricInfo(metric).leastChange;
  const isLarge = (cell: number) => Math.abs((values[cell] ?? 0) - range.centre) > least;
  if (cells.some(isLarge)) return undefined;
  const unit = isShare ? ' of the gap' : metricInfo(metric).unit && ` ${metricInfo(metric).unit}`;
  const where = region ? ` of ${regionText(region)}` : '';
  return `No cell${where} moves ${isProbability(metric) ? 'the probability' : 'it'} by more than ${least}${unit}.`;
}
