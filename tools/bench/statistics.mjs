export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median and range. */
export function summary(values) {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/** The median of what pairs measured in the same round give. */
export function ratio(slow, fast) {
  return median(slow.map((value, round) => value / fast[round]));
}

/** Of values from the least to the most: the one that `share` of them do not exceed. */
export function shareAt(sorted, share) {
  return sorted[Math.ceil(sorted.length * share) - 1];
}
