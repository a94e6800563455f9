/** Where a key leads on a picture. */

import type { Cell } from '../result/cells';
import { type Picture, stateOf } from './picture';

export interface Key {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

const STEPS: Record<string, [rows: number, columns: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The known cell that is farthest from what changes nothing, from a row on; none where none is known. */
export function strongestCell(picture: Picture, firstRow = 0): Cell | undefined {
  const { range } = picture.scale;
  const nothing = picture.unpatched ?? (range.kind === 'diverging' ? range.centre : range.low);
  let strongest: number | undefined;
  let most = -1;
  picture.values.forEach((value, index) => {
    const state = stateOf(picture, index);
    const strength = Math.abs(value - nothing);
    if (index < firstRow * picture.columns) return;
    if ((state === 'exact' || state === 'estimated') && strength > most) {
      most = strength;
      strongest = index;
    }
  });
  if (strongest === undefined) return undefined;
  const row = Math.floor(strongest / picture.columns);
  return { row, column: strongest % picture.columns };
}

/** The cell that a key leads to, kept inside; none for other keys. from: none before the first key. */
export function cellAfterKey(
  picture: Picture,
  from: Cell | undefined,
  { key, ctrlKey, metaKey, altKey }: Key,
): Cell | undefined {
  if (altKey || metaKey || picture.rows === 0 || picture.columns === 0) return undefined;
  const cell = from ?? { row: 0, column: 0 };
  const last = { row: picture.rows - 1, column: picture.columns - 1 };
  if (key === 'Home') return ctrlKey ? { row: 0, column: 0 } : { ...cell, column: 0 };
  if (key === 'End') return ctrlKey ? last : { ...cell, column: last.column };
  if (ctrlKey) return undefined;
  if (key === 'PageUp') return { ...cell, row: 0 };
  if (key === 'PageDown') return { ...cell, row: last.row };
  if (key === 's' || key === 'S') return strongestCell(picture);
  const step = STEPS[key];
  if (!step) return undefined;
  if (!from) return cell;
  const within = (value: number, most: number) => Math.min(most, Math.max(0, value));
  return {
    row: within(cell.row + step[0], last.row),
    column: within(cell.column + step[1], last.column),
  };
}
