/** Which words stand under a head's arcs. */

import { expect, test } from 'vitest';

import { arcWords } from '../../web/src/scene/arc-words';

test('of a short prompt all words up to the query are there', () => {
  expect(arcWords(new Float32Array(6), 3, 12)).toEqual([0, 1, 2, 3]);
});

test('of a long prompt the query and what it looks at most are there, in order', () => {
  const weights = new Float32Array(40).fill(0.001);
  weights[2] = 0.6;
  weights[17] = 0.2;
  expect(arcWords(weights, 30, 3)).toEqual([2, 17, 30]);
  expect(arcWords(weights, 30, 12)).toHaveLength(12);
  expect(arcWords(weights, 30, 12)).toEqual(expect.arrayContaining([2, 17, 30]));
});

test('there is a word where there is no room', () => {
  expect(arcWords(new Float32Array(6), 5, 0)).toEqual([5]);
});
