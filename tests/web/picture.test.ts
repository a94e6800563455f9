import { expect, test } from 'vitest';

import { colourScale, valueAt } from '../../web/src/picture/colours';
import { cellText, formatProbability, formatValue, shortValue } from '../../web/src/picture/format';
import { axesText, heatmapPicture } from '../../web/src/picture/from-result';
import { inkOn, luminance } from '../../web/src/picture/ink';
import { cellAfterKey, type Key, strongestCell } from '../../web/src/picture/keys';
import { cellAt, layoutPicture } from '../../web/src/picture/layout';
import {
  amountScale,
  changeScale,
  type Picture,
  stateOf,
  withRows,
} from '../../web/src/picture/picture';
import { boxShape, cellShapes, columnLabelShapes } from '../../web/src/picture/shapes';
import { pictureSvg } from '../../web/src/picture/svg';
import { fitted, shortened, textWidth } from '../../web/src/picture/text-width';
import {
  cellInView,
  cellsInView,
  firstScroll,
  scrolledTo,
  wholeView,
} from '../../web/src/picture/view';
import type { Box } from '../../web/src/result/cells';
import { rowNames } from '../../web/src/result/panels';
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

/** Cells of another number, without words. */
const sized = (rows: number, columns: number): Picture => ({
  ...picture,
  rows,
  columns,
  values: new Float32Array(rows * columns),
  rowLabels: Array.from({ length: rows }, (_, row) => `${row}`),
  columnLabels: Array.from({ length: columns }, () => '·student'),
  strongColumns: Array.from({ length: columns }, () => false),
});

test('cells are found where they are laid out, and labels are no cells', () => {
  const layout = layoutPicture(picture, { width: 600 });
  expect(layout.width).toBeLessThanOrEqual(600);
  const x = layout.left + 1.5 * layout.cellWidth;
  const y = layout.top + 2.5 * layout.cellHeight;
  expect(cellAt(layout, x, y)).toEqual({ row: 2, column: 1 });
  expect(cellAt(layout, layout.left - 1, y)).toBeUndefined();
  expect(cellAt(layout, x, layout.top - 1)).toBeUndefined();
  expect(cellAt(layout, x, layout.top + 3 * layout.cellHeight)).toBeUndefined();
});

test('a map of a few cells fills the room that it is given', () => {
  const layout = layoutPicture(sized(5, 10), { width: 820, height: 430 });
  expect(layout.width).toBeGreaterThan(820 - 10);
  expect(layout.height).toBeGreaterThan(430 - 5);
  expect(layout.height).toBeLessThanOrEqual(430);
  expect(layout.isUpright).toBe(false);
  expect(layout.columnFont).toBeGreaterThanOrEqual(14);
  expect(layout.cellFont).toBeGreaterThanOrEqual(14);
});

test.each([24, 48])('39 tokens on %d layers have cells that can be seen and hit', (rows) => {
  for (const room of [
    { width: 860, height: 420 },
    { width: 366, height: 300 },
  ]) {
    const layout = layoutPicture(sized(rows, 39), room);
    expect(layout.cellWidth).toBeGreaterThanOrEqual(12);
    expect(layout.cellHeight).toBeGreaterThanOrEqual(12);
    expect(layout.columnFont).toBeGreaterThanOrEqual(11);
    expect(layout.rowFont).toBeGreaterThanOrEqual(11);
  }
});

test('labels that do not fit side by side are written upwards, and take their room above', () => {
  const narrow = layoutPicture(picture, { width: 40 });
  expect(narrow.isUpright).toBe(true);
  const labels = [...columnLabelShapes(picture, narrow)];
  for (const { text, y, font } of labels) {
    expect(y - textWidth(text, font, true)).toBeGreaterThanOrEqual(0);
  }
  const short = { ...picture, columnLabels: ['x', 'y'] };
  expect(layoutPicture(short, { width: 600 }).isUpright).toBe(false);
  const written = { ...picture, texts: ['', '', '', '', '', ''] };
  expect(layoutPicture(written, { width: 40 }).cellWidth).toBeGreaterThanOrEqual(64);
});

test('where the prompts differ both words stand, in two lines where there is room', () => {
  const pairs: Picture = {
    ...sized(2, 2),
    columnLabels: ['·Jones / ·Smith', '·was'],
    columnPairs: [['·Jones', '·Smith'], undefined],
    strongColumns: [true, false],
  };
  const labelsIn = (width: number) => [
    ...columnLabelShapes(pairs, layoutPicture(pairs, { width })),
  ];
  const wide = labelsIn(200);
  expect(wide.map(({ text, ink }) => [text, ink])).toEqual([
    ['·Jones', 'clean'],
    ['·Smith', 'corrupted'],
    ['·was', 'text'],
  ]);
  expect(wide[1]?.y).toBeGreaterThan(wide[0]?.y ?? 0);
  expect(wide[2]?.y).toBe(wide[1]?.y);
  const upright = labelsIn(90);
  expect(upright.map(({ isUpright }) => isUpright)).toEqual([true, true, true]);
  expect(upright[1]?.x).toBeGreaterThan(upright[0]?.x ?? 0);
  expect(labelsIn(40).map(({ text }) => text)).toEqual(['·Jones / ·Smith', '·was']);
});

test('rows that are named by words each have their label', () => {
  const named = (label: string) =>
    layoutPicture(
      { ...sized(40, 2), rowLabels: Array.from({ length: 40 }, () => label) },
      { width: 600 },
    );
  expect(named('·word').rowStep).toBe(1);
  expect(named('3.1').rowStep).toBeGreaterThan(1);
});

const large = sized(48, 300);
const layout = layoutPicture(large, { width: 800, height: 400 });
const view = { x: 600, y: 100, width: 800, height: 400 };

test('a picture larger than its frame scrolls under labels that stand', () => {
  expect(layout.cellWidth).toBe(12);
  const x = layout.left + 5;
  const y = layout.top + 5;
  expect(cellInView(layout, wholeView(layout), x, y)).toEqual({ row: 0, column: 0 });
  expect(cellInView(layout, view, x, y)).toEqual({ row: 8, column: 50 });
  expect(cellInView(layout, view, layout.left - 5, y)).toBeUndefined();
  expect(cellInView(layout, view, x, layout.top - 5)).toBeUndefined();
  const seen = cellsInView(layout, view);
  expect(seen.rows[0]).toBe(8);
  expect(seen.columns[0]).toBe(50);
  expect(seen.columns[1]).toBeLessThan(50 + 800 / 12);
  const style = { colour: () => '#ffffff', hasValues: false };
  const drawn = [...cellShapes(large, layout, view, style)];
  const [rows, columns] = [seen.rows, seen.columns].map(([first, last]) => last - first + 1);
  expect(drawn).toHaveLength((rows ?? 0) * (columns ?? 0));
});

test('keys scroll as far as it takes to see their cell', () => {
  const inFrame = (cell: { row: number; column: number }) => {
    const to = scrolledTo(layout, view, cell);
    const seen = { ...view, x: to.left, y: to.top };
    const x = layout.left + (cell.column + 0.5) * layout.cellWidth - seen.x;
    const y = layout.top + (cell.row + 0.5) * layout.cellHeight - seen.y;
    expect(cellInView(layout, seen, x, y)).toEqual(cell);
    expect(x).toBeLessThan(view.width);
    expect(y).toBeLessThan(view.height);
    return to;
  };
  inFrame({ row: 0, column: 0 });
  inFrame({ row: 47, column: 299 });
  expect(inFrame({ row: 10, column: 60 })).toEqual({ left: view.x, top: view.y });
});

const key = (name: string, held: Partial<Key> = {}): Key => ({
  key: name,
  ...{ ctrlKey: false, metaKey: false, altKey: false, ...held },
});

test('arrow keys move and stop at the edges', () => {
  const last = { row: 2, column: 1 };
  expect(cellAfterKey(picture, last, key('ArrowDown'))).toEqual(last);
  expect(cellAfterKey(picture, last, key('ArrowRight'))).toEqual(last);
  expect(cellAfterKey(picture, last, key('ArrowUp'))).toEqual({ row: 1, column: 1 });
  expect(cellAfterKey(picture, last, key('a'))).toBeUndefined();
  expect(cellAfterKey(picture, undefined, key('ArrowRight'))).toEqual({ row: 0, column: 0 });
});

test('Home, End and the page keys lead to the ends of a row, of a column and of the map', () => {
  const from = { row: 1, column: 1 };
  const to = (name: string, held?: Partial<Key>) => cellAfterKey(picture, from, key(name, held));
  expect(to('Home')).toEqual({ row: 1, column: 0 });
  expect(to('End')).toEqual({ row: 1, column: 1 });
  expect(to('PageUp')).toEqual({ row: 0, column: 1 });
  expect(to('PageDown')).toEqual({ row: 2, column: 1 });
  expect(to('Home', { ctrlKey: true })).toEqual({ row: 0, column: 0 });
  expect(to('End', { ctrlKey: true })).toEqual({ row: 2, column: 1 });
});

test('S leads to the strongest cell, on whichever side, and is left to the browser with Ctrl', () => {
  const change = {
    ...picture,
    values: Float32Array.of(0.2, NaN, 0.5, -0.9, 0.1, 0),
    scale: changeScale([0.9], 0.01, ''),
  };
  expect(cellAfterKey(change, undefined, key('s'))).toEqual({ row: 1, column: 1 });
  expect(cellAfterKey(change, undefined, key('s', { ctrlKey: true }))).toBeUndefined();
  expect(strongestCell({ ...picture, values: new Float32Array(6).fill(NaN) })).toBeUndefined();
});

test('some rows make a picture of their own, on the same scale', () => {
  const states = ['exact', 'exact', 'estimated', 'exact', 'not finite', 'exact'] as const;
  const values = Float32Array.of(0, 1, 2, 3, NaN, 5);
  const part = withRows({ ...picture, values, states }, [2, 1], ['H2', 'H1']);
  expect([...part.values]).toEqual([NaN, 5, 2, 3]);
  expect(part.states).toEqual(['not finite', 'exact', 'estimated', 'exact']);
  expect([part.rows, part.rowLabels, part.scale]).toEqual([2, ['H2', 'H1'], picture.scale]);
});

test('a cell’s value is written to two digits, where there is something to read', () => {
  const amount = amountScale([1], 0.01, '');
  expect([0.9987, 0.987, 0.0123, 0.001, 0].map((value) => shortValue(value, amount))).toEqual([
    ...['1.0', '.99', '.01', '', ''],
  ]);
  const logits = changeScale([-12.3], 0.01, 'logits');
  expect([-12.3, 3.44, -0.5, 0.04].map((value) => shortValue(value, logits))).toEqual([
    ...['−12', '3.4', '−.5', ''],
  ]);
  expect(shortValue(NaN, logits)).toBe('');
  const left = { range: { kind: 'diverging', centre: 1, extent: 1 }, unit: 'of the gap' } as const;
  expect([1, 0.9999, 0.5, 0, -0.001].map((value) => shortValue(value, left))).toEqual([
    ...['', '', '.50', '0', '0'],
  ]);
});

test('values are written where they fit, and never cut', () => {
  const ranks = { ...sized(2, 2), values: Float32Array.of(1, 2, 34_567, 50_000) };
  const scaled: Picture = {
    ...ranks,
    scale: { range: { kind: 'sequential', low: 1, high: 50_000, log: true }, unit: '' },
  };
  const where = layoutPicture(scaled, { width: 100, height: 200 });
  const style = { colour: () => '#ffffff', hasValues: true };
  const texts = [...cellShapes(scaled, where, wholeView(where), style)].map(({ text }) => text);
  expect(texts).toEqual(['1', '2', '', '']);
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
  expect(fitted('·student', 15, 40)).toMatch(/^·s.*…$/);
  expect(textWidth(fitted('·student', 15, 40), 15)).toBeLessThanOrEqual(40);
  expect(textWidth('日本', 10)).toBeGreaterThan(textWidth('ab', 10));
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

const channels = (colour: string) => (colour.match(/\d+/g) ?? []).map(Number);

test.each(['light', 'dark'] as const)(
  '%s: below the centre is red, above it blue, the centre neither',
  (theme) => {
    const colour = colourScale({ range: { kind: 'diverging', centre: 1, extent: 2 } }, theme);
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

test.each([
  ['light', 'clean'],
  ['light', 'corrupted'],
  ['dark', 'clean'],
  ['dark', 'corrupted'],
] as const)('%s: a sequential scale of the %s run only gets stronger', (theme, run) => {
  const range = { kind: 'sequential', low: 1, high: 10_000, log: true } as const;
  const colour = colourScale({ range, run }, theme);
  const lightness = [0, 0.25, 0.5, 0.75, 1].map((share) =>
    channels(colour(valueAt(range, share))).reduce((sum, channel) => sum + channel, 0),
  );
  const sorted = [...lightness].sort((a, b) => (theme === 'light' ? b - a : a - b));
  expect(lightness).toEqual(sorted);
  expect(valueAt(range, 0.5)).toBeCloseTo(100);
});

test('noised words are underlined, on the page and where a picture is saved', () => {
  const noised = { ...sized(2, 2), noisedColumns: [false, true] };
  const labels = [...columnLabelShapes(noised, layoutPicture(noised, { width: 200 }))];
  expect(labels.map(({ isUnderlined }) => isUnderlined)).toEqual([false, true]);
  const saved = pictureSvg(noised);
  expect(saved.match(/text-decoration="underline"/g)).toHaveLength(1);
});

test('a region is framed, close around its cells, in those rows that a part of the map has', () => {
  const region = { rows: [1, 2], columns: [0, 0] } satisfies Box;
  const whole: Picture = { ...sized(4, 2), region };
  const layout = layoutPicture(whole, { width: 200 });
  expect(boxShape(layout, region, 1)).toEqual({
    x: layout.left - 1,
    y: layout.top + layout.cellHeight - 1,
    width: layout.cellWidth - layout.gap + 2,
    height: 2 * layout.cellHeight - layout.gap + 2,
  });
  expect(pictureSvg(whole)).toMatch(/<rect[^>]*fill="none"[^>]*stroke-width="2"/);
  expect(pictureSvg(sized(4, 2))).not.toContain('stroke-width="2"');
  const part = (rows: number[]) => withRows(whole, rows, rows.map(String)).region;
  expect(part([2, 3])).toEqual({ rows: [0, 0], columns: [0, 0] });
  expect(part([0, 2])).toEqual({ rows: [1, 1], columns: [0, 0] });
  expect(part([0, 3])).toBeUndefined();
});

test('where not all columns fit, those where the prompts differ are seen first, else the last ones', () => {
  const layout = { width: 520, cellWidth: 10 };
  const strongAt = (...columns: number[]) =>
    Array.from({ length: 50 }, (_, column) => columns.includes(column));
  const change = (...columns: number[]) => ({
    from: 'change' as const,
    strongColumns: strongAt(...columns),
  });
  expect(firstScroll(layout, 200, change(12, 30))).toBe(110);
  expect(firstScroll(layout, 200, change(0))).toBe(0);
  expect(firstScroll(layout, 200, change(48))).toBe(320);
  expect(firstScroll(layout, 200, change())).toBe(320);
  expect(firstScroll(layout, 600, change(12))).toBe(0);
  expect(firstScroll(layout, 200, { ...change(12), from: 'end' })).toBe(320);
  expect(firstScroll(layout, 200, { ...change(12), from: undefined })).toBe(0);
});
