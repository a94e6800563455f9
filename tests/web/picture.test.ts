import { expect, test } from 'vitest';

import { inkOn, luminance } from '../../web/src/picture/colour';
import { cellText, formatProbability, formatValue } from '../../web/src/picture/format';
import { rowNames } from '../../web/src/heatmap/panels';
import { axesText, heatmapPicture } from '../../web/src/picture/from-result';
import { layoutPicture, pictureCellAt } from '../../web/src/picture/layout';
import {
  amountScale,
  cellAfterKey,
  changeScale,
  type Picture,
  shortened,
  stateOf,
} from '../../web/src/picture/picture';
import { exampleResult } from './example-result';

const picture: Picture = {
  title: '',
  rows: 3,
  columns: 2,
  values: new Float32Array(6),
  rowLabels: ['a', 'bb', 'ccc'],
  columnLabels: ['x', 'a long label'],
  strongColumns: [false, true],
  scale: amountScale([0.5], 0.01, ''),
  caption: [],
};

test('cells are found where they are laid out', () => {
  const layout = layoutPicture(picture, 600);
  expect(layout.width).toBeLessThanOrEqual(600);
  const x = layout.left + 1.5 * layout.cellWidth;
  const y = layout.top + 2.5 * layout.cellHeight;
  expect(pictureCellAt(layout, x, y)).toEqual({ row: 2, column: 1 });
  expect(pictureCellAt(layout, 0, y)).toBeUndefined();
  expect(pictureCellAt(layout, x, layout.top + 3 * layout.cellHeight)).toBeUndefined();
});

test('cells do not get too narrow, and labels that do not fit are written upwards', () => {
  const narrow = layoutPicture(picture, 40);
  expect(narrow.cellWidth).toBeGreaterThanOrEqual(9);
  expect(narrow.upright).toBe(true);
  expect(layoutPicture({ ...picture, columnLabels: ['x', 'y'] }, 600).upright).toBe(false);
  const written = layoutPicture({ ...picture, texts: ['', '', '', '', '', ''] }, 40);
  expect(written.cellWidth).toBeGreaterThanOrEqual(64);
});

test('rows that are named by words each have their label', () => {
  const named = (label: string) =>
    layoutPicture(
      { ...picture, rows: 40, rowLabels: Array.from({ length: 40 }, () => label) },
      600,
    );
  expect(named('·word').rowStep).toBe(1);
  expect(named('3.1').rowStep).toBeGreaterThan(1);
});

test('arrow keys move and stop at the edges', () => {
  expect(cellAfterKey(picture, { row: 2, column: 1 }, 'ArrowDown')).toEqual({ row: 2, column: 1 });
  expect(cellAfterKey(picture, { row: 2, column: 1 }, 'ArrowUp')).toEqual({ row: 1, column: 1 });
  expect(cellAfterKey(picture, { row: 2, column: 1 }, 'Home')).toEqual({ row: 2, column: 0 });
  expect(cellAfterKey(picture, { row: 2, column: 1 }, 'a')).toBeUndefined();
});

test('changes have a sign, amounts have none, and what is not known says so', () => {
  const change = changeScale([NaN, -0.5], 0.01, '');
  expect(change.range).toEqual({ kind: 'diverging', centre: 0, extent: 0.5 });
  expect(formatValue(0.25, change)).toBe('+0.2500');
  expect(formatValue(-0.25, change)).toBe('−0.2500');
  expect(formatValue(0.25, amountScale([0.5], 0.01, ''))).toBe('0.2500');
  expect(formatValue(NaN, change)).toBe('not known');
  expect(formatProbability(0.00001)).toBe('< 0.0001');
  expect(formatProbability(0)).toBe('0.0000');
});

test('each state of a cell is said, and a gap is none of them', () => {
  const states = ['exact', 'estimated', 'not finite', 'not computed'] as const;
  const values = Float32Array.of(0.5, 0.25, NaN, NaN);
  const shown = { ...picture, values, states };
  expect(states.map((_, index) => cellText(shown, index))).toEqual([
    '0.5000',
    'about 0.2500, a first-order estimate, not computed yet',
    'not finite: the patched run’s logits are no numbers',
    'not computed',
  ]);
  expect(stateOf({ ...picture, values }, 2)).toBe('not computed');
  expect(stateOf({ ...picture, values, hasGaps: true }, 2)).toBe('gap');
});

test('ink can be read on its colour', () => {
  expect(luminance('#ffffff')).toBeCloseTo(1, 6);
  expect(luminance('rgb(0, 0, 0)')).toBe(0);
  expect(inkOn('#ffffff')).toBe('#000000');
  expect(inkOn('rgb(5, 48, 97)')).toBe('#ffffff');
});

test('long labels are cut, by whole characters', () => {
  expect(shortened('abc', 3)).toBe('abc');
  expect(shortened('😀😀😀', 2)).toBe('😀…');
});

test('a result’s picture names layers, tokens of both prompts and settings', () => {
  const result = exampleResult({ window: 2 });
  const [sweep] = result.sweeps;
  if (!sweep) throw new Error('no sweep');
  const shown = heatmapPicture(result, sweep, {
    metric: 'prob',
    reference: 'unpatched',
    target: 0,
    against: 0,
  });
  expect(shown.title).toBe('Probability of ·Jones: resid_post, denoising');
  expect(shown.columnLabels).toEqual(['Jones / Smith,·"x"', '·a']);
  expect(shown.caption).toContain('Layers patched together: 2');
  expect(shown.rowLabels).toEqual(['0–1', '1']);
  expect(shown.values[3]).toBeCloseTo(0.5, 6);
  expect(shown.caption).toContain('Cells with a stroke and no colour are not computed.');
  const heads = {
    ...sweep,
    window: 1,
    info: { ...sweep.info, axes: 'head-position' as const, rows: 4 },
  };
  expect(rowNames(heads, 2)).toEqual(['0.0', '0.1', '1.0', '1.1']);
  expect(axesText(heads)).toContain('Heads of each layer');
});
