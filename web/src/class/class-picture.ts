/** Where a class guessed: how many students chose each cell, word or layer. */

import type { OnMap } from '../lessons/answers';
import { indexOf, type Picture } from '../picture/picture';
import type { Cell } from '../result/cells';
import type { MapGuesses } from './class-steps';
import { placeText } from './place-text';

const GUESSED = { cell: 'each cell', word: 'each word', layer: 'each layer' };

/** Of a word all layers are one, of a layer all words. */
function cellOf(guess: MapGuesses['guess'], { row, column }: OnMap): Cell {
  return { row: guess === 'word' ? 0 : row, column: guess === 'layer' ? 0 : column };
}

/** settings: lines for the caption. */
export function classPicture(
  { guess, map, answers, question }: MapGuesses,
  settings: readonly string[],
): Picture {
  const rowLabels = guess === 'word' ? ['guesses'] : map.rows;
  const columnLabels = guess === 'layer' ? ['guesses'] : map.columns;
  const columns = columnLabels.length;
  const values = new Float32Array(rowLabels.length * columns);
  for (const { guessed } of answers) {
    if (!guessed) continue;
    const cell = indexOf({ columns }, cellOf(guess, guessed));
    values[cell] = (values[cell] ?? 0) + 1;
  }
  const most = values.reduce((largest, value) => Math.max(largest, value), 1);
  const truths = trueCells({ guess, answers });
  return {
    title: question,
    rows: rowLabels.length,
    columns,
    values,
    rowLabels,
    columnLabels,
    from: guess === 'layer' ? undefined : 'change',
    strongColumns: columnLabels.map(
      (_, column) => guess !== 'layer' && truths.some((cell) => cell.column === column),
    ),
    scale: {
      range: { kind: 'sequential', low: 0, high: most, log: false },
      unit: 'students',
      isCount: true,
    },
    texts: Array.from(values, (count) => (count > 0 ? String(count) : '')),
    caption: [
      `How many of ${answers.length} students chose ${GUESSED[guess]}.`,
      ...truths.map((cell) => `True: ${placeText(guess, cell, map)}.`),
      ...settings,
    ],
  };
}

/** Each once: where students changed the prompts, there may be several. */
export function trueCells({ guess, answers }: Pick<MapGuesses, 'guess' | 'answers'>): Cell[] {
  const cells = answers.flatMap(({ truth }) => (truth ? [cellOf(guess, truth)] : []));
  return cells.filter(
    (cell, index) =>
      cells.findIndex(({ row, column }) => row === cell.row && column === cell.column) === index,
  );
}
