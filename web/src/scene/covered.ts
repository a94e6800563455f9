/** A map that keeps its values to itself until a guess was made: its words and layers stay. */

import type { Picture } from '../picture/picture';
import type { Box, Cell } from '../result/cells';
import type { Cover } from '../state/lesson-map.svelte';

/** hasInput: whether the row on top is what entered the first layer. */
export function coveredPicture(
  picture: Picture,
  cover: Cover | undefined,
  hasInput: boolean,
): Picture {
  if (!cover) return picture;
  return { ...picture, rowsShown: cover === 'layers' && hasInput ? 1 : 0 };
}

export const isCovered = ({ rowsShown }: Picture, { row }: Pick<Cell, 'row'>): boolean =>
  rowsShown !== undefined && row >= rowsShown;

/** "the input, ·Jones", "layer 3, H2" */
export function coveredText(
  { rowLabels, columnLabels }: Picture,
  { row, column }: Cell,
  hasInput: boolean,
): string {
  const layer = hasInput && row === 0 ? 'the input' : `layer ${rowLabels[row] ?? ''}`;
  return `Covered: ${layer}, ${columnLabels[column] ?? ''}`;
}

/** The cell of the box that is nearest. */
export const within = ({ rows, columns }: Box, { row, column }: Cell): Cell => ({
  row: Math.min(rows[1], Math.max(rows[0], row)),
  column: Math.min(columns[1], Math.max(columns[0], column)),
});
