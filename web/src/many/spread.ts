/** The mean of several heatmaps, and how far they spread around it. */

export interface Spread {
  /** [cell]; NaN where any is not known. */
  mean: Float32Array;
  /** [cell], sample standard deviation; NaN of a single heatmap. */
  deviation: Float32Array;
  count: number;
}

/** Of the same size, one at least. */
export function spreadOf(heatmaps: readonly Float32Array[]): Spread {
  const cells = heatmaps[0]?.length ?? 0;
  const count = heatmaps.length;
  const mean = new Float32Array(cells);
  const deviation = new Float32Array(cells);
  for (let cell = 0; cell < cells; cell++) {
    let sum = 0;
    for (const values of heatmaps) sum += values[cell] ?? Number.NaN;
    const centre = sum / count;
    let squares = 0;
    for (const values of heatmaps) squares += ((values[cell] ?? Number.NaN) - centre) ** 2;
    mean[cell] = centre;
    deviation[cell] = count > 1 ? Math.sqrt(squares / (count - 1)) : Number.NaN;
  }
  return { mean, deviation, count };
}

/** Labels of columns that several prompts share: their word, or the first's and a sign that others differ. */
export function sharedLabels(labels: readonly (readonly string[])[]): string[] {
  const [first = [], ...others] = labels;
  return first.map((label, i) =>
    others.every((other) => other[i] === label) ? label : `${label}, …`,
  );
}
