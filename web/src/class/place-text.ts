/** A place of a map in its own labels' words. */

import type { MapAnswer } from '../lessons/answers';
import type { Cell } from '../result/cells';

/** "·Michelle, layer 4"; of a guessed word or layer that alone. */
export function placeText(
  guess: MapAnswer['guess'],
  { row, column }: Cell,
  map: MapAnswer['map'],
): string {
  const [layer, word] = [map.rows[row] ?? '', map.columns[column] ?? ''];
  const named = /^\d/.test(layer) ? `layer ${layer}` : layer;
  if (guess === 'word') return word;
  return guess === 'layer' ? named : `${word}, ${named}`;
}
