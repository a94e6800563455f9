import { expect, test } from 'vitest';

import { headPattern, patternPicture, shownPatterns } from '../../web/src/closer/attention';
import { lensPicture, lensStory, settledAt } from '../../web/src/closer/lens';
import type { LogitLens } from '../../web/src/engine/module';
import { exampleResult } from './example-result';

// Two heads of two tokens.
const clean = Float32Array.of(1, 0, 0.25, 0.75, 1, 0, 0.5, 0.5);
const corrupted = Float32Array.of(1, 0, 0.75, 0.25, 1, 0, 0.5, 0.5);

test('the difference of patterns is corrupted minus clean', () => {
  const difference = shownPatterns({ clean, corrupted }, 'difference');
  expect([...(difference ?? [])]).toEqual([0, 0, 0.5, -0.5, 0, 0, 0, 0]);
  expect(shownPatterns({ clean }, 'difference')).toBeUndefined();
  expect(shownPatterns({ clean }, 'clean')).toBe(clean);
});

test('a head’s pattern has no keys after the query', () => {
  expect([...headPattern(clean, 1, 2)]).toEqual([1, NaN, 0.5, 0.5]);
});

test('a pattern’s picture has the run’s own tokens', () => {
  const picture = patternPicture(exampleResult(), corrupted, 'corrupted', 1, 0);
  expect(picture.title).toBe('Attention of L1H0, corrupted run');
  expect(picture.rowLabels).toEqual(['Smith,·"x"', '·a']);
  expect(picture.strongColumns).toEqual([true, false]);
});

const tokens = [7, 8, 9, 5, 9, 5].map((id) => ({ id, text: ` t${id}` }));
const lens: LogitLens = {
  top: tokens,
  topProb: Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
  prob: Float32Array.of(0, 0, 0, 0.4, 0, 0.6, 0.01, 0, 0, 0, 0, 0.00001),
};

test('the lens colours the top token or a target, and writes the top token', () => {
  const picture = lensPicture(exampleResult(), lens, 'clean', 'top');
  expect([picture.rows, picture.columns]).toEqual([3, 2]);
  expect(picture.texts?.[3]).toBe('·t5');
  expect([...lensPicture(exampleResult(), lens, 'clean', 1).values]).toEqual([
    ...lens.prob.subarray(6),
  ]);
});

test('a cell of the lens tells its top token and every target', () => {
  expect(lensStory(exampleResult(), lens, 'clean', { row: 2, column: 1 })).toBe(
    'Layer 2, position 1, ·a: top token ·t5 0.6000; targets ·Jones 0.6000, ·Smith < 0.0001',
  );
});

test('the answer is settled from the layer on that it does not change any more', () => {
  expect(settledAt(lens, 2)).toBe(1);
});
