/** Numbers for people to read. */

import { STATE_TEXTS } from '../heatmap/cell-state';
import { formatNumber, formatSigned } from '../heatmap/format';
import { type Picture, type PictureScale, stateOf } from './picture';

function largest({ range }: PictureScale): number {
  return range.kind === 'diverging'
    ? Math.abs(range.centre) + range.extent
    : Math.max(Math.abs(range.low), Math.abs(range.high));
}

/** Digits behind the point that tell values of this size apart. */
export function digitsFor(size: number): number {
  return size >= 10 ? 2 : size >= 1 ? 3 : size >= 0.01 ? 4 : 6;
}

/** Signed where the scale has zero in its middle; "not known" for NaN. */
export function formatValue(value: number, scale: PictureScale): string {
  if (Number.isNaN(value)) return 'not known';
  const digits = digitsFor(largest(scale));
  const { range } = scale;
  const isChange = range.kind === 'diverging' && range.centre === 0;
  return isChange ? formatSigned(value, digits) : formatNumber(value, digits);
}

/** "0.1730", "< 0.0001" */
export function formatProbability(prob: number): string {
  if (Number.isNaN(prob)) return 'not known';
  return prob > 0 && prob < 0.00005 ? '< 0.0001' : prob.toFixed(4);
}

/** What is said of a cell: its value, or why it has none. */
export function cellText(picture: Picture, index: number): string {
  const state = stateOf(picture, index);
  const value = formatValue(picture.values[index] ?? Number.NaN, picture.scale);
  if (state === 'exact' || state === 'gap') return value;
  return state === 'estimated' ? `about ${value}, ${STATE_TEXTS[state]}` : STATE_TEXTS[state];
}
