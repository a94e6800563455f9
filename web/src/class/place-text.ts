/** A place of a map in its own labels' words. */

import type { MapAnswer } from '../lessons/answers';
import type { Cell } from '../result/cells';
import { isUnclear } from '../tokens/visible-tokens';

/** "·Michelle, layer 4", "·a (position 2), layer 4"; of a guessed word or layer that alone. */
export function placeText(
  guess: MapAnswer['guess'],
  { row, column }: Cell,
  map: MapAnswer['map'],
): string {
  const layer = map.rows[row] ?? '';
  const exactly = isUnclear(map.columns, column) ? ` (position ${column})` : '';
  const word = `${map.columns[column] ?? ''}${exactly}`;
  const named = /^\d/.test(layer) ? `layer ${layer}` : layer;
  if (guess === 'word') return word;
  return guess === 'layer' ? named : `${word}, ${named}`;
}
