import { expect, test } from 'vitest';

import { driftOf, softmax } from '../../web/src/views/format-drift';

test('probabilities add up, for large logits too', () => {
  const probabilities = softmax(Float32Array.of(1000, 1000, 0));
  expect([...probabilities]).toEqual([0.5, 0.5, 0]);
});

test('drift is the largest change, and whether the answer stays', () => {
  const drift = driftOf(Float32Array.of(1, 2, 0), Float32Array.of(1, 2.5, 3));
  expect(drift.logit).toBe(3);
  expect([drift.top, drift.topExact]).toEqual([1, 2]);
  expect(drift.probability).toBeGreaterThan(0.3);
  const none = driftOf(Float32Array.of(1, 2), Float32Array.of(1, 2));
  expect(none).toEqual({ logit: 0, probability: 0, top: 1, topExact: 1 });
});

test('not a number is never taken for agreement', () => {
  expect(driftOf(Float32Array.of(1, NaN), Float32Array.of(1, 2)).logit).toBeNaN();
  expect(() => driftOf(Float32Array.of(1), Float32Array.of(1, 2))).toThrow('1 and 2 tokens');
});
