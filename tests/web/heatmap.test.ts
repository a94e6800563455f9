import { expect, test } from 'vitest';

import { valuesOf } from '../../web/src/engine/measure-table';
import { colourScale, valueAt } from '../../web/src/heatmap/colours';
import { formatDuration, formatNumber, formatSigned } from '../../web/src/heatmap/format';
import { boxOf, cellAt, layoutHeatmap, moveCell } from '../../web/src/heatmap/layout';
import { panelsOf, placeOf, placeText, positionLabels } from '../../web/src/heatmap/panels';
import { largestOf, leastOf } from '../../web/src/heatmap/extremes';
import { regionOf, regionText, rowsToCompute } from '../../web/src/heatmap/region';
import { emptyResult, withRow } from '../../web/src/heatmap/result';
import { TABLE_COLUMNS, tableRows } from '../../web/src/heatmap/table';
import { empty, rowOf, start } from './lab-result';
import { tableOf } from './measure-tables';

const NOT_YET = [NaN, NaN];
const sweepOf = (index: number, result = empty) => {
  const sweep = result.sweeps[index];
  if (!sweep) throw new Error(`no sweep ${index}`);
  return sweep;
};
const [byPosition, byHead, byBoth] = [sweepOf(0), sweepOf(2), sweepOf(3)];

test('a row goes to its sweep and layer, for each target', () => {
  const result = withRow(empty, rowOf(1, 1));
  const sweep = result.sweeps[1];
  if (!sweep) throw new Error('no sweep');
  expect(sweep.rowsDone).toBe(1);
  expect(sweep.known).toEqual([false, true]);
  const probs = [0, 1].flatMap((target) => [...valuesOf(sweep.measures, 'prob', target)]);
  expect(probs).toEqual([...NOT_YET, 0.5, 0.75, ...NOT_YET, 0.5, 0.125]);
  expect([...valuesOf(sweep.measures, 'kl')]).toEqual([...NOT_YET, 0.25, 0]);
  expect(result.blockRowsDone).toBe(4);
});

test('heads by position are small heatmaps, a layer’s or a head’s', () => {
  expect(panelsOf(byPosition, 2, 'layer')).toEqual([
    { title: '', rows: [0, 1], rowLabels: ['0', '1'] },
  ]);
  expect(panelsOf(byBoth, 2, 'layer')).toEqual([
    { title: 'Layer 0', rows: [0, 1], rowLabels: ['H0', 'H1'] },
    { title: 'Layer 1', rows: [2, 3], rowLabels: ['H0', 'H1'] },
  ]);
  expect(panelsOf(byBoth, 2, 'head')).toEqual([
    { title: 'Head 0', rows: [0, 2], rowLabels: ['0', '1'] },
    { title: 'Head 1', rows: [1, 3], rowLabels: ['0', '1'] },
  ]);
});

test('cells are called by layer, head and position', () => {
  const labels = positionLabels(start);
  expect(labels).toEqual(['·1 / ·3', '·2']);
  const text = (sweep: typeof byHead, row: number, column: number) =>
    placeText(placeOf(sweep, 2, row, column), labels);
  expect(text(byPosition, 1, 0)).toBe('Layer 1, position 0, ·1 / ·3');
  expect(text(byHead, 1, 0)).toBe('L1H0');
  expect(text(byBoth, 3, 1)).toBe('L1H1, position 1, ·2');
});

test('with a window and a span, rows and cells name all layers and positions of the patch', () => {
  const wide = { ...byPosition, window: 2, span: 2 };
  expect(panelsOf(wide, 2, 'layer')[0]?.rowLabels).toEqual(['0–1', '1']);
  const text = (row: number, column: number) =>
    placeText(placeOf(wide, 2, row, column), positionLabels(start));
  expect(text(0, 0)).toBe('Layers 0–1, positions 0–1, ·1 / ·3 ·2');
  expect(text(1, 1)).toBe('Layer 1, position 1, ·2');
});

test('a box over a heatmap becomes layers and positions', () => {
  const panel = (sweep: typeof byHead, index = 0) => {
    const found = panelsOf(sweep, 2, 'layer')[index];
    if (!found) throw new Error('no panel');
    return found;
  };
  const box = boxOf({ row: 1, column: 1 }, { row: 0, column: 1 });
  expect(box).toEqual({ rows: [0, 1], columns: [1, 1] });
  const region = regionOf(box, panel(byPosition), byPosition, 2, 2);
  expect(region).toEqual({ layers: [0, 2], positions: [1, 2] });
  expect(regionText(region)).toBe('layers 0–1, position 1');
  expect(regionOf(box, panel(byHead), byHead, 2, 2).positions).toEqual([0, 2]);
  expect(regionOf(box, panel(byBoth, 1), byBoth, 2, 2).layers).toEqual([1, 2]);
});

test('of a region, only the rows of its layers are computed', () => {
  expect(rowsToCompute(empty)).toBe(2 + 2 + 2 + 4);
  const region = { layers: [1, 2] as [number, number], positions: [0, 1] as [number, number] };
  const experiment = { ...empty.experiment, region };
  expect(rowsToCompute({ ...empty, experiment })).toBe(1 + 1 + 1 + 2);
});

test('the table has each cell once, empty where there is no number', () => {
  const rows = [...tableRows(withRow(empty, rowOf(0, 1)))];
  expect(rows).toHaveLength(3 * (4 + 4 + 4 + 8));
  const [first = [], second = [], third = []] = rows;
  expect(first).toHaveLength(TABLE_COLUMNS.length);
  expect(first.slice(0, 8)).toEqual(['resid_post', 'denoising', '·5', '0', '', '0', '·1', '']);
  expect(second[5]).toBe('1');
  expect(third.slice(7)).toEqual(['0.5', '-1', '3', '2', '0.25', '1', '0.5', 'exact']);
  expect(first.at(-1)).toBe('not computed');
  const ofHead = rows.find(([site]) => site === 'z');
  expect(ofHead?.slice(3, 7)).toEqual(['0', '0', '', '']);
});

test('the table names the layers of a window, and why a cell has no number', () => {
  const wide = emptyResult({ ...empty.experiment, window: 2 }, empty.model, start);
  const marked = { ...rowOf(0, 0), notFinite: Uint8Array.of(1, 0) };
  const [first = [], second = []] = [...tableRows(withRow(wide, marked))];
  expect([first[3], first.at(-1)]).toEqual(['0–1', 'not finite']);
  expect(second.at(-1)).toBe('exact');
});

test('a number is written with the fewest digits that give the same 32 bits back', () => {
  const row = {
    ...rowOf(0, 0),
    measures: tableOf(3, 2, { prob: [0.1, 0.3, 1e-7, 1, 1, 1], kl: [0, 0] }),
  };
  const [first = []] = [...tableRows(withRow(empty, row))];
  expect(first[7]).toBe('0.1');
});

test('the least and the largest of more values than a stack holds', () => {
  const many = new Float32Array(400_000).map((_, i) => (i === 7 ? NaN : i));
  expect([leastOf(many), largestOf(many)]).toEqual([0, 399_999]);
  expect([leastOf([], 1), largestOf([], 2)]).toEqual([1, 2]);
});

test('numbers show their sign, and none at zero', () => {
  expect(formatSigned(0.03125, 3)).toBe('+0.031');
  expect(formatSigned(-1.5, 2)).toBe('−1.50');
  expect(formatSigned(-0.00001, 3)).toBe('0.000');
  expect(formatNumber(0.5, 1)).toBe('0.5');
});

test('durations are told roughly', () => {
  expect(formatDuration(0.2)).toBe('1 s');
  expect(formatDuration(42.4)).toBe('42 s');
  expect(formatDuration(200)).toBe('3 min');
});

const channels = (colour: string) => (colour.match(/\d+/g) ?? []).map(Number);

test.each(['light', 'dark'] as const)(
  '%s: below the centre is red, above it blue, the centre neither',
  (theme) => {
    const colour = colourScale({ kind: 'diverging', centre: 1, extent: 2 }, theme);
    const balance = (value: number) => {
      const [red = 0, , blue = 0] = channels(colour(value));
      return blue - red;
    };
    expect(balance(0)).toBeLessThan(-30);
    expect(balance(2)).toBeGreaterThan(30);
    expect(Math.abs(balance(1))).toBeLessThan(20);
    expect(colour(7)).toBe(colour(3));
  },
);

test.each(['light', 'dark'] as const)('%s: a sequential scale only gets stronger', (theme) => {
  const range = { kind: 'sequential', low: 1, high: 10_000, log: true } as const;
  const colour = colourScale(range, theme);
  const lightness = [0, 0.25, 0.5, 0.75, 1].map((share) =>
    channels(colour(valueAt(range, share))).reduce((sum, channel) => sum + channel, 0),
  );
  const sorted = [...lightness].sort((a, b) => (theme === 'light' ? b - a : a - b));
  expect(lightness).toEqual(sorted);
  expect(valueAt(range, 0.5)).toBeCloseTo(100);
});

const labels = { height: 50, width: 20 };
const layout = layoutHeatmap(4, 10, 700, labels);

test('cells fill the width, and are found where they are drawn', () => {
  expect(layout.width).toBeLessThanOrEqual(700);
  const x = layout.left + 3.5 * layout.cellWidth;
  const y = layout.top + 1.5 * layout.cellHeight;
  expect(cellAt(layout, x, y)).toEqual({ row: 1, column: 3 });
  expect(cellAt(layout, 0, y)).toBeUndefined();
  expect(cellAt(layout, x, layout.top - 1)).toBeUndefined();
  expect(cellAt(layout, x, layout.top + 4 * layout.cellHeight)).toBeUndefined();
});

test('cells never get too narrow to see; the picture gets wider', () => {
  const narrow = layoutHeatmap(4, 100, 300, labels);
  expect(narrow.cellWidth).toBeGreaterThanOrEqual(9);
  expect(narrow.width).toBeGreaterThan(300);
});

test('cells begin where the longest row label ends', () => {
  expect(layoutHeatmap(4, 10, 700, { height: 50, width: 44 }).left).toBe(44);
});

test('arrow keys move and stop at the edges', () => {
  const corner = { row: 3, column: 9 };
  expect(moveCell(layout, corner, 'ArrowRight')).toEqual(corner);
  expect(moveCell(layout, corner, 'ArrowDown')).toEqual(corner);
  expect(moveCell(layout, corner, 'ArrowUp')).toEqual({ row: 2, column: 9 });
  expect(moveCell(layout, corner, 'Home')).toEqual({ row: 3, column: 0 });
  expect(moveCell(layout, corner, 'x')).toBeUndefined();
});
