/** How well the first-order estimate of a heatmap agrees with its exact values. */

export interface Agreement {
  /** Indices of the cells that are known both ways. */
  cells: number[];
  /** Spearman's rank correlation; NaN where a side does not vary. */
  spearman: number;
  /** The cells that are farthest apart, farthest first. */
  worst: number[];
}

/** 1-based; equal values share the mean of their ranks. */
export function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Array<number>(values.length).fill(0);
  for (let first = 0; first < order.length;) {
    let end = first + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[first] ?? 0]) end++;
    for (const index of order.slice(first, end)) ranks[index] = (first + 1 + end) / 2;
    first = end;
  }
  return ranks;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, i) => {
    const [x, y] = [value - meanA, (b[i] ?? 0) - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  });
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : Number.NaN;
}

export function spearman(a: readonly number[], b: readonly number[]): number {
  return correlation(ranksOf(a), ranksOf(b));
}

/** Both: [cell], of the same change; NaN where unknown. */
export function agreementOf(estimate: Float32Array, exact: Float32Array, worst = 5): Agreement {
  const cells: number[] = [];
  exact.forEach((value, i) => {
    if (Number.isFinite(value) && Number.isFinite(estimate[i])) cells.push(i);
  });
  const of = (values: Float32Array) => cells.map((i) => values[i] ?? 0);
  const distance = (i: number) => Math.abs((estimate[i] ?? 0) - (exact[i] ?? 0));
  return {
    cells,
    spearman: spearman(of(estimate), of(exact)),
    worst: [...cells].sort((a, b) => distance(b) - distance(a)).slice(0, worst),
  };
}
