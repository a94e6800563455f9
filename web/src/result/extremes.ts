/**
 * The least and the largest of many values, without NaN. `Math.max(...values)` throws where there
 * are more than a stack holds, some 130 000.
 */

/** otherwise: of no values. */
export function leastOf(values: Iterable<number>, otherwise = Infinity): number {
  let least: number | undefined;
  for (const value of values) {
    if (!Number.isNaN(value) && (least === undefined || value < least)) least = value;
  }
  return least ?? otherwise;
}

/** otherwise: of no values. */
export function largestOf(values: Iterable<number>, otherwise = -Infinity): number {
  let largest: number | undefined;
  for (const value of values) {
    if (!Number.isNaN(value) && (largest === undefined || value > largest)) largest = value;
  }
  return largest ?? otherwise;
}
