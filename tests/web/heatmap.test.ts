import { expect, test } from 'vitest';

import { valuesOf } from '../../web/src/engine/measure-table';
import { boxOf } from '../../web/src/result/cells';
import { largestOf, leastOf } from '../../web/src/result/extremes';
import {
  formatCount,
  formatDuration,
  formatNumber,
  formatSigned,
} from '../../web/src/result/format';
import { panelsOf, placeOf, placeText, positionLabels } from '../../web/src/result/panels';
import { regionOf, regionText, rowsToCompute } from '../../web/src/result/region';
import { emptyResult, withRow } from '../../web/src/result/result';
import { TABLE_COLUMNS, tableRows } from '../../web/src/result/table';
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

test('a region is of the layers and positions that were drawn over, in whatever order', () => {
  expect(boxOf({ row: 1, column: 1 }, { row: 0, column: 1 })).toEqual({
    rows: [0, 1],
    columns: [1, 1],
  });
  const region = regionOf([1, 0], [1, 1], 2);
  expect(region).toEqual({ layers: [0, 2], positions: [1, 2] });
  expect(regionText(region)).toBe('layers 0–1, position 1');
  expect(regionText({ layers: [2, 3], positions: [0, 4] })).toBe('layer 2, positions 0–3');
  // Of heads, which are at all positions.
  expect(regionOf([1], undefined, 2)).toEqual({ layers: [1, 2], positions: [0, 2] });
});

test('of layers that are asked for, only their rows are computed', () => {
  expect(rowsToCompute(empty)).toBe(2 + 2 + 2 + 4);
  const sweeps = empty.sweeps.map((sweep, index) => {
    const firstLayer = index === 0 ? 0 : 1;
    return { ...sweep, info: { ...sweep.info, firstLayer } };
  });
  expect(rowsToCompute({ ...empty, sweeps })).toBe(2 + 1 + 1 + 2);
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

test('counts are whole, with a comma before every three digits', () => {
  expect([0, 7, 999, 1000, 50257, 1_234_567, 999.6].map(formatCount)).toEqual([
    '0',
    '7',
    '999',
    '1,000',
    '50,257',
    '1,234,567',
    '1,000',
  ]);
});
