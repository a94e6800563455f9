import { expect, test } from 'vitest';

import { agreementOf, ranksOf, spearman } from '../../web/src/result/agreement';

test('equal values share the mean of their ranks', () => {
  expect(ranksOf([30, 10, 20, 10])).toEqual([4, 1.5, 3, 1.5]);
  expect(ranksOf([])).toEqual([]);
});

test('the rank correlation follows the order alone', () => {
  expect(spearman([1, 2, 3, 4], [1, 10, 100, 1000])).toBeCloseTo(1);
  expect(spearman([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1);
  // 1 − 6 · (1 + 1) / (4 · 15)
  expect(spearman([1, 2, 3, 4], [2, 1, 3, 4])).toBeCloseTo(0.8);
  expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN();
});

test('only cells known both ways count, and the worst come first', () => {
  const estimate = Float32Array.of(0, 1, 2, 3, NaN);
  const exact = Float32Array.of(0.5, NaN, 5, 3, 1);
  expect(agreementOf(estimate, exact, 2)).toMatchObject({ cells: [0, 2, 3], worst: [2, 0] });
});
