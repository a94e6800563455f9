/** Which rows of a long table are made: those that are seen, and those that have to be there. */

export interface MadeRow {
  row: number;
  /** How many rows are left out above it. */
  left: number;
}

export interface MadeRows {
  rows: MadeRow[];
  /** How many are left out below the last one. */
  left: number;
}

/** seen: first and last of the rows in the window. kept: made in any case, as what has the focus. */
export function madeRows(
  count: number,
  seen: readonly [first: number, last: number],
  kept: readonly number[],
): MadeRows {
  const [first, last] = [Math.max(0, seen[0]), Math.min(count - 1, seen[1])];
  const inWindow = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  const inside = kept.filter((row) => row >= 0 && row < count);
  const all = [...new Set([...inWindow, ...inside])].sort((a, b) => a - b);
  const rows = all.map((row, i) => ({ row, left: row - (all[i - 1] ?? -1) - 1 }));
  return { rows, left: count - 1 - (all.at(-1) ?? -1) };
}
