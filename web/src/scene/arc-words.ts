/** Which words stand under a head's arcs, where a long prompt has more than there is room for. */

/** The query and what it looks at most, in the prompt's order; of a short prompt all words up to the query. */
export function arcWords(weights: Float32Array, query: number, most: number): number[] {
  const keys = Array.from({ length: query + 1 }, (_, key) => key);
  if (keys.length <= most) return keys;
  const weight = (key: number) => (key === query ? Infinity : (weights[key] ?? 0));
  return keys
    .sort((a, b) => weight(b) - weight(a) || b - a)
    .slice(0, Math.max(1, most))
    .sort((a, b) => a - b);
}
