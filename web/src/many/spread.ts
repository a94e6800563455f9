/** Means over several heatmaps: what patches change, and that change as a share of the gap. */

/** A metric of one pair: of its patched runs, and of the two runs without a patch. */
export interface PairValues {
  /** [cell]; NaN where it has none. */
  patched: Float32Array;
  clean: number;
  corrupted: number;
}

export interface Spread {
  /** [cell]; NaN where any is not known. */
  mean: Float32Array;
  /** [cell], sample standard deviation. A single heatmap has none. */
  deviation: Float32Array | undefined;
  count: number;
}

/** Of the same size, one at least. */
export function spreadOf(heatmaps: readonly Float32Array[]): Spread {
  const cells = heatmaps[0]?.length ?? 0;
  const count = heatmaps.length;
  const mean = new Float32Array(cells);
  const deviation = count > 1 ? new Float32Array(cells) : undefined;
  for (let cell = 0; cell < cells; cell++) {
    let sum = 0;
    for (const values of heatmaps) sum += values[cell] ?? Number.NaN;
    const centre = sum / count;
    mean[cell] = centre;
    if (!deviation) continue;
    let squares = 0;
    for (const values of heatmaps) squares += ((values[cell] ?? Number.NaN) - centre) ** 2;
    deviation[cell] = Math.sqrt(squares / (count - 1));
  }
  return { mean, deviation, count };
}

const meanOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const isWide = (gap: number, leastGap: number) => Math.abs(gap) >= leastGap;

/**
 * The metric's means over pairs first, then normalised: the field's usual order. Undefined where the
 * means of the clean and the corrupted run are nearer than `leastGap`.
 */
export function shareOfMeans(
  pairs: readonly PairValues[],
  leastGap: number,
): Float32Array | undefined {
  const corrupted = meanOf(pairs.map((pair) => pair.corrupted));
  const gap = meanOf(pairs.map((pair) => pair.clean)) - corrupted;
  if (!isWide(gap, leastGap)) return undefined;
  const { mean } = spreadOf(pairs.map(({ patched }) => patched));
  return mean.map((value) => (value - corrupted) / gap);
}

/** Each pair normalised, then the mean: of the pairs whose gap is wide enough. */
export function spreadOfShares(pairs: readonly PairValues[], leastGap: number): Spread | undefined {
  const wide = pairs.filter(({ clean, corrupted }) => isWide(clean - corrupted, leastGap));
  if (wide.length === 0) return undefined;
  return spreadOf(
    wide.map(({ patched, clean, corrupted }) =>
      patched.map((value) => (value - corrupted) / (clean - corrupted)),
    ),
  );
}

/** Labels of columns that several prompts share: their word, or the first's and a sign that others differ. */
export function sharedLabels(labels: readonly (readonly string[])[]): string[] {
  const [first = [], ...others] = labels;
  return first.map((label, i) =>
    others.every((other) => other[i] === label) ? label : `${label}, …`,
  );
}
