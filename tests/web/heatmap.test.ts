import { expect, test } from 'vitest';

import type { PatchStart } from '../../web/src/engine/module';
import { extentOf, formatSigned, heatmapValues } from '../../web/src/heatmap/colouring';
import { colourScale } from '../../web/src/heatmap/colours';
import { cellAt, layoutHeatmap, moveCell } from '../../web/src/heatmap/layout';
import { emptyResult, rowOffset, withRow } from '../../web/src/heatmap/result';

const start: PatchStart = {
  tokensClean: [1, 2].map((id) => ({ id, text: '' })),
  tokensCorrupted: [3, 2].map((id) => ({ id, text: '' })),
  targets: [5, 6].map((id) => ({ id, text: '' })),
  clean: { prob: Float32Array.of(0.75, 0.125), logit: Float32Array.of(4, 1) },
  corrupted: { prob: Float32Array.of(0.25, 0.5), logit: Float32Array.of(2, 3) },
  topClean: [],
  topCorrupted: [],
  blockRows: 1,
  naiveBlockRows: 4,
};

/** Two layers, of which the last is computed. */
const result = withRow(emptyResult(start, 2), {
  layer: 1,
  prob: Float32Array.of(0.5, 0.75, 0.5, 0.125),
  logit: Float32Array.of(3, 4, 2, 1),
  blockRowsDone: 1,
});

const NOT_YET = [NaN, NaN];

test('a row goes to its layer, for each target', () => {
  expect(result.rowsDone).toBe(1);
  expect(rowOffset(result, 1, 1)).toBe(6);
  expect([...result.prob]).toEqual([...NOT_YET, 0.5, 0.75, ...NOT_YET, 0.5, 0.125]);
});

test('each colouring is a difference that is zero where nothing changes', () => {
  const values = (colouring: Parameters<typeof heatmapValues>[1]) => [
    ...heatmapValues(result, colouring, { target: 0, against: 1 }),
  ];
  expect(values('prob-corrupted')).toEqual([...NOT_YET, 0.25, 0.5]);
  expect(values('prob-clean')).toEqual([...NOT_YET, -0.25, 0]);
  expect(values('logit')).toEqual([...NOT_YET, 1, 2]);
  // (3 - 2) - (2 - 3), (4 - 1) - (2 - 3)
  expect(values('logit-diff')).toEqual([...NOT_YET, 2, 4]);
});

test('the extent is the largest magnitude, and small changes are not blown up', () => {
  expect(extentOf(Float32Array.of(NaN, 0.25, -0.5), 'probability')).toBe(0.5);
  expect(extentOf(Float32Array.of(0.0001), 'probability')).toBe(0.01);
  expect(extentOf(Float32Array.of(NaN), 'logit')).toBe(0.1);
});

test('numbers show their sign, and none at zero', () => {
  expect(formatSigned(0.03125, 3)).toBe('+0.031');
  expect(formatSigned(-1.5, 2)).toBe('−1.50');
  expect(formatSigned(-0.00001, 3)).toBe('0.000');
});

const channels = (colour: string) => (colour.match(/\d+/g) ?? []).map(Number);

test.each(['light', 'dark'] as const)(
  '%s: negative is red, positive blue, zero neither',
  (theme) => {
    const colour = colourScale(2, theme);
    const balance = (value: number) => {
      const [red = 0, , blue = 0] = channels(colour(value));
      return blue - red;
    };
    expect(balance(-1)).toBeLessThan(-30);
    expect(balance(1)).toBeGreaterThan(30);
    expect(Math.abs(balance(0))).toBeLessThan(20);
    expect(colour(5)).toBe(colour(2));
  },
);

const layout = layoutHeatmap(4, 10, 700, 50);

test('cells fill the width, and are found where they are drawn', () => {
  expect(layout.width).toBeLessThanOrEqual(700);
  const x = layout.left + 3.5 * layout.cellWidth;
  const y = layout.top + 1.5 * layout.cellHeight;
  expect(cellAt(layout, x, y)).toEqual({ layer: 1, position: 3 });
  expect(cellAt(layout, 0, y)).toBeUndefined();
  expect(cellAt(layout, x, layout.top - 1)).toBeUndefined();
  expect(cellAt(layout, x, layout.top + 4 * layout.cellHeight)).toBeUndefined();
});

test('cells never get too narrow to see; the picture gets wider', () => {
  const narrow = layoutHeatmap(4, 100, 300, 50);
  expect(narrow.cellWidth).toBeGreaterThanOrEqual(9);
  expect(narrow.width).toBeGreaterThan(300);
});

test('arrow keys move and stop at the edges', () => {
  const corner = { layer: 3, position: 9 };
  expect(moveCell(layout, corner, 'ArrowRight')).toEqual(corner);
  expect(moveCell(layout, corner, 'ArrowDown')).toEqual(corner);
  expect(moveCell(layout, corner, 'ArrowUp')).toEqual({ layer: 2, position: 9 });
  expect(moveCell(layout, corner, 'Home')).toEqual({ layer: 3, position: 0 });
  expect(moveCell(layout, corner, 'x')).toBeUndefined();
});
