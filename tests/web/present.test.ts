/** What is shown to a room: row by row, in large type, with labels that do not lie over each other. */

import { expect, test } from 'vitest';

import type { Token } from '../../web/src/engine/module';
import { farType } from '../../web/src/picture/far';
import { layoutPicture } from '../../web/src/picture/layout';
import { amountScale, type Picture, stateOf } from '../../web/src/picture/picture';
import { cellText } from '../../web/src/picture/format';
import { strongestCell } from '../../web/src/picture/keys';
import { columnLabelShapes, rowLabelShapes, tickPath } from '../../web/src/picture/shapes';
import { staggered } from '../../web/src/picture/staggered';
import { textWidth } from '../../web/src/picture/text-width';
import { actionOf } from '../../web/src/present/keys';
import { oneFewer, oneMore, type Revealed } from '../../web/src/present/reveal';
import { swapsOf } from '../../web/src/scene/swaps';

const QUESTION =
  'Cristiano Ronaldo has won five Champions League titles . Lionel Messi has won four Champions ' +
  'League titles . The player who has won the most Champions League titles is as they say today';

/** A map of the words, seven rows high. */
function mapOf(words: readonly string[], strong: readonly number[] = []): Picture {
  const columns = words.length;
  return {
    title: '',
    rows: 7,
    columns,
    values: new Float32Array(7 * columns),
    rowLabels: ['input', '0', '1', '2', '3', '4', '5'],
    columnLabels: words.map((word) => `·${word}`),
    columnPairs: words.map((word, column) =>
      strong.includes(column) ? ([`·${word}`, '·two'] as const) : undefined,
    ),
    strongColumns: words.map((_, column) => strong.includes(column)),
    scale: amountScale([1], 0.01, ''),
    caption: [],
  };
}

test('space shows one row more, begins again after the last, and goes back with Shift', () => {
  let shown: Revealed;
  const seen: Revealed[] = [];
  for (let press = 0; press < 4; press++) seen.push((shown = oneMore(shown, 3)));
  expect(seen).toEqual([1, 2, undefined, 1]);
  expect(oneFewer(undefined, 3)).toBe(2);
  expect(oneFewer(1, 3)).toBe(0);
  expect(oneFewer(0, 3)).toBe(0);
});

test('a presenter’s keys do what Space does, and a letter is the map’s alone', () => {
  const key = (name: string, more = {}) => {
    return { key: name, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more };
  };
  expect(actionOf(key(' '), false)).toBe('more');
  expect(actionOf(key('PageDown'), true)).toBe('more');
  expect(actionOf(key(' ', { shiftKey: true }), true)).toBe('fewer');
  expect(actionOf(key('PageUp'), false)).toBe('fewer');
  expect(actionOf(key('d'), true)).toBe('turn');
  expect(actionOf(key('d'), false)).toBeUndefined();
  expect(actionOf(key('d', { ctrlKey: true }), true)).toBeUndefined();
  expect(actionOf(key('Escape'), false)).toBe('leave');
  expect(actionOf(key('ArrowDown'), true)).toBeUndefined();
});

test('rows that are not shown yet say nothing, and no cell of theirs is the strongest', () => {
  const picture = { ...mapOf(['a', 'b']), rowsShown: 2 };
  picture.values.set([0, 0, 0.5, 0, 0, 1]);
  expect(stateOf(picture, 3)).toBe('exact');
  expect(stateOf(picture, 5)).toBe('hidden');
  expect(cellText(picture, 5)).toBe('not shown yet');
  expect(strongestCell(picture)).toEqual({ row: 1, column: 0 });
});

test('a long prompt that is nearly the other one is told by its difference', () => {
  const tokens = (text: string) =>
    (text.match(/ ?\S+/g) ?? []).map((word): Token => ({
      id: [...word].join().length,
      text: word,
    }));
  const other = QUESTION.replace('five', 'thirteen');
  expect(swapsOf(tokens(QUESTION), tokens(other))).toEqual([{ from: 'five', to: 'thirteen' }]);
  expect(swapsOf(tokens('Ann Jones is here'), tokens('Ann Smithers is here'))).toBeUndefined();
  expect(swapsOf(tokens(QUESTION), tokens(`${other} again`))).toBeUndefined();
  expect(swapsOf(tokens(QUESTION), tokens(QUESTION))).toBeUndefined();
  const runs = tokens(other.replace('Champions League', 'Europeanly Leagues'));
  expect(swapsOf(tokens(QUESTION), runs)?.[0]).toEqual({
    from: 'five Champions League',
    to: 'thirteen Europeanly Leagues',
  });
});

test('labels that are wider than their columns lie over no other label and over no other’s tick', () => {
  const words = QUESTION.split(' ');
  const labels = words.map((word, column) => {
    return { column, middle: 15 + 30 * column, width: textWidth(word, 20), lines: 1 };
  });
  const places = staggered(labels, 3, [0, 30 * words.length]);
  expect(places.length).toBeGreaterThan(words.length / 2);
  const boxes = places.map((place) => {
    const half = (labels[place.column]?.width ?? 0) / 2;
    return { ...place, from: place.middle - half, to: place.middle + half };
  });
  for (const { from, to, line, column } of boxes) {
    expect(from).toBeGreaterThanOrEqual(0);
    expect(to).toBeLessThanOrEqual(30 * words.length);
    const middle = 15 + 30 * column;
    expect(middle > from && middle < to).toBe(true);
    for (const other of boxes) {
      if (other.column === column) continue;
      if (other.line === line) expect(from >= other.to || to <= other.from).toBe(true);
      const isOverTick = other.line < line && middle > other.from && middle < other.to;
      expect(isOverTick, `${words[column]} under ${words[other.column]}`).toBe(false);
    }
  }
});

test.each([
  [1232, 320],
  [1848, 480],
])(
  'from afar each letter is large, and nothing is wider than the room: %d × %d',
  (width, height) => {
    const words = QUESTION.split(' ');
    const far = width / 1232;
    const picture = mapOf(words, [4]);
    // Something is seen at "four".
    picture.values[picture.columns + 13] = 1;
    const layout = layoutPicture(picture, { width, height, type: farType(far) });
    expect(layout.width).toBeLessThanOrEqual(width);
    expect(layout.height).toBeLessThanOrEqual(height);
    const labels = [...columnLabelShapes(picture, layout), ...rowLabelShapes(layout)];
    expect(labels.every(({ font, isUpright }) => font >= 20 * far - 0.5 && !isUpright)).toBe(true);
    const texts = labels.map(({ text }) => text);
    for (const text of ['·five', '·two', '·four', '·today', 'input', '5']) {
      expect(texts).toContain(text);
    }
    expect(tickPath(layout)).toContain('M');
    expect(layout.cellFont === 0 || layout.cellFont >= 20).toBe(true);
  },
);

test('words that fit are all written, one beside the other', () => {
  const words = 'Michelle Jones was a top - notch student . Michelle'.split(' ');
  const picture = mapOf(words, [1]);
  const layout = layoutPicture(picture, { width: 1232, height: 400, type: farType(1) });
  const labels = [...columnLabelShapes(picture, layout)];
  expect(labels).toHaveLength(words.length + 1);
  expect(layout.columnFont).toBeGreaterThanOrEqual(20);
  expect(layout.cellFont).toBeGreaterThanOrEqual(20);
  expect(tickPath(layout)).toBe('');
});

test('many layers keep their place, with a label where one can be read', () => {
  const picture = {
    ...mapOf(['a', 'b']),
    rows: 25,
    values: new Float32Array(50),
    rowLabels: ['input', ...Array.from({ length: 24 }, (_, layer) => `${layer}`)],
  };
  const layout = layoutPicture(picture, { width: 1232, height: 320, type: farType(1) });
  expect(layout.height).toBeLessThanOrEqual(320);
  const rows = [...rowLabelShapes(layout)];
  expect(rows[0]?.text).toBe('input');
  expect((rows[1]?.y ?? 0) - (rows[0]?.y ?? 0)).toBeGreaterThanOrEqual(20);
});
