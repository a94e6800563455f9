/** Of a table of a thousand rows only those are made that are seen, or that have to be there. */

import { expect, test } from 'vitest';

import { madeRows } from '../../web/src/scene/table-rows';

test('rows that are seen are made, and what is left out keeps its height', () => {
  const made = madeRows(1000, [10, 12], []);
  expect(made.rows).toEqual([
    { row: 10, left: 10 },
    { row: 11, left: 0 },
    { row: 12, left: 0 },
  ]);
  expect(made.left).toBe(987);
});

test('a row that is kept is made wherever it is, and once', () => {
  expect(madeRows(1000, [10, 10], [3, 10, 900])).toEqual({
    rows: [
      { row: 3, left: 3 },
      { row: 10, left: 6 },
      { row: 900, left: 889 },
    ],
    left: 99,
  });
});

test('however it is scrolled, rows that are made and left out are all the rows', () => {
  for (const count of [0, 1, 7, 145]) {
    for (let first = -20; first < 160; first += 7) {
      const { rows, left } = madeRows(count, [first, first + 20], [0, count - 1, count, -1]);
      const above = rows.reduce((sum, row) => sum + row.left + 1, 0);
      expect(above + left).toBe(count);
      expect(rows.every(({ row }) => row >= 0 && row < count)).toBe(true);
    }
  }
});
