import { expect, test } from 'vitest';

import { whyLeftOut } from '../../web/src/many/pair-set';
import { sharedLabels, shareOfMeans, spreadOf, spreadOfShares } from '../../web/src/many/spread';
import { gridLines, matrixPicture, rowsPicture } from '../../web/src/many/template-grid';
import { probabilities } from './measure-tables';

test('mean and sample deviation are taken cell by cell', () => {
  const {
    mean,
    deviation = [],
    count,
  } = spreadOf([Float32Array.of(1, 2, NaN), Float32Array.of(3, 2, 1), Float32Array.of(5, 2, 1)]);
  expect([...mean]).toEqual([3, 2, NaN]);
  expect([...deviation]).toEqual([2, 0, NaN]);
  expect(count).toBe(3);
});

test('a single heatmap has no deviation', () => {
  expect(spreadOf([Float32Array.of(1)]).deviation).toBeUndefined();
});

test('shares are normalised after averaging or before, and the two differ', () => {
  const pairs = [
    { patched: Float32Array.of(1, 2), clean: 2, corrupted: 0 },
    { patched: Float32Array.of(1, 8), clean: 8, corrupted: 0 },
  ];
  // Means over pairs: patched 1 and 5, clean 5, corrupted 0.
  expect(Array.from(shareOfMeans(pairs, 0.1) ?? [])).toEqual([Math.fround(0.2), 1]);
  const shares = spreadOfShares(pairs, 0.1);
  expect(Array.from(shares?.mean ?? [])).toEqual([Math.fround(0.3125), 1]);
  expect(shares?.deviation?.[0]).toBeCloseTo(Math.abs(0.5 - 0.125) / Math.SQRT2);
});

test('pairs whose runs are too near each other have no share, and are no part of its mean', () => {
  const near = { patched: Float32Array.of(5), clean: 1, corrupted: 0.95 };
  const wide = { patched: Float32Array.of(1), clean: 2, corrupted: 0 };
  expect(spreadOfShares([near, wide], 0.1)).toMatchObject({
    count: 1,
    mean: Float32Array.of(0.5),
  });
  expect(spreadOfShares([near], 0.1)).toBeUndefined();
  expect(shareOfMeans([near], 0.1)).toBeUndefined();
});

test('columns that differ between prompts say so', () => {
  expect(
    sharedLabels([
      ['a', 'b'],
      ['a', 'c'],
    ]),
  ).toEqual(['a', 'b, …']);
});

const shape = (clean: number, targets: number, corrupted = clean) => ({
  clean,
  corrupted,
  targets,
});

test('pairs that do not align are left out, with the reason', () => {
  expect(whyLeftOut([shape(9, 2), shape(9, 2, 8), shape(8, 2), shape(9, 1), shape(9, 0)])).toEqual([
    undefined,
    'the clean prompt has 9 tokens and the corrupted one 8',
    'it has 8 tokens, and most pairs 9',
    'it has 1 target, and most pairs of its length 2',
    'there is no target',
  ]);
});

test('the commonest length decides which pairs are averaged, not the first’s', () => {
  const [first, ...others] = whyLeftOut([shape(9, 1), shape(8, 1), shape(8, 1)]);
  expect(first).toBe('it has 9 tokens, and most pairs 8');
  expect(others).toEqual([undefined, undefined]);
});

test('of equally common lengths and numbers of targets the first decides', () => {
  expect(whyLeftOut([shape(7, 2), shape(8, 1), shape(7, 1)])).toEqual([
    undefined,
    'it has 8 tokens, and most pairs 7',
    'it has 1 target, and most pairs of its length 2',
  ]);
});

const INPUT = {
  slots: [
    ['one', 'two'],
    ['four', 'five'],
  ],
  fillings: [
    { words: ['one', 'four'], text: 'a', measures: probabilities(0.5, 0.25) },
    { words: ['two', 'five'], text: 'b', measures: probabilities(0.125, 0.75) },
  ],
  targets: ['·X', '·Y'],
  settings: [],
};

test('two slots make a matrix, with gaps where a filling is left out', () => {
  const picture = matrixPicture(INPUT, 0);
  expect([...picture.values]).toEqual([0.5, NaN, NaN, 0.125]);
  expect(picture.texts).toEqual(['0.5000', '–', '–', '0.1250']);
  expect([...matrixPicture(INPUT, 'difference').values]).toEqual([0.25, NaN, NaN, -0.625]);
});

test('other templates make a line for each filling', () => {
  const picture = rowsPicture(INPUT);
  expect([picture.rows, picture.columns]).toEqual([2, 2]);
  expect(picture.rowLabels).toEqual(['one / four', 'two / five']);
  expect(gridLines(INPUT)[1]).toEqual(['one', 'four', 'a', 0.5, 0.25]);
});
