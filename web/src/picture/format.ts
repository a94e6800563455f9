/** Numbers for people to read. */

import { STATE_TEXTS } from '../result/cell-state';
import { formatNumber, formatSigned } from '../result/format';
import { type Picture, type PictureScale, stateOf } from './picture';

function largest({ range }: PictureScale): number {
  return range.kind === 'diverging'
    ? Math.abs(range.centre) + range.extent
    : Math.max(Math.abs(range.low), Math.abs(range.high));
}

/** Digits behind the point that tell values of this size apart. */
function digitsFor(size: number): number {
  return size >= 10 ? 2 : size >= 1 ? 3 : size >= 0.01 ? 4 : 6;
}

/** Signed where the scale has zero in its middle; "not known" for NaN. */
export function formatValue(value: number, scale: PictureScale): string {
  if (Number.isNaN(value)) return 'not known';
  const { range } = scale;
  // Ranks are whole, too.
  const isWhole = scale.isCount === true || (range.kind === 'sequential' && range.log);
  const digits = isWhole ? 0 : digitsFor(largest(scale));
  const isChange = range.kind === 'diverging' && range.centre === 0;
  return isChange ? formatSigned(value, digits) : formatNumber(value, digits);
}

/**
 * To two digits, for a cell: ".99", "1.0", "−12"; empty where the scale is so wide that what it differs by
 * from the scale's middle would be all zeros.
 */
export function shortValue(value: number, scale: PictureScale): string {
  if (!Number.isFinite(value)) return '';
  const most = largest(scale);
  const finest = Math.max(0, Math.round(2 - Math.log10(most)));
  const centre = scale.range.kind === 'diverging' ? scale.range.centre : 0;
  const text = (number: number) => {
    const rounded = Math.abs(Number(number.toPrecision(2)));
    const size = rounded === 0 ? 0 : Math.floor(Math.log10(rounded));
    return formatNumber(number, Math.min(finest, Math.max(0, 1 - size)));
  };
  const isZero = (number: number) => !/[1-9]/.test(text(number));
  if (isZero(value - centre)) return '';
  return isZero(value) ? '0' : text(value).replace(/^(−?)0\./, '$1.');
}

/** "0.1730", "< 0.0001" */
export function formatProbability(prob: number): string {
  if (Number.isNaN(prob)) return 'not known';
  return prob > 0 && prob < 0.00005 ? '< 0.0001' : prob.toFixed(4);
}

/** What is said of a cell: its value, or why it has none. */
export function cellText(picture: Picture, index: number): string {
  const state = stateOf(picture, index);
  if (state === 'hidden') return 'not shown yet';
  const value = formatValue(picture.values[index] ?? Number.NaN, picture.scale);
  if (state === 'exact' || state === 'gap') return value;
  return state === 'estimated' ? `about ${value}, ${STATE_TEXTS[state]}` : STATE_TEXTS[state];
}
