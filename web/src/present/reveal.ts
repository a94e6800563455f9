/** A map that is shown row by row, from the input on; undefined is the whole one. */

export type Revealed = number | undefined;

/** From the whole map it begins again with the first row. */
export function oneMore(shown: Revealed, rows: number): Revealed {
  const next = (shown ?? 0) + 1;
  return next < rows ? next : undefined;
}

export const oneFewer = (shown: Revealed, rows: number): Revealed =>
  Math.max(0, (shown ?? rows) - 1);
