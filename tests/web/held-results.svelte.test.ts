/** Results that are held, so that who goes back to one waits for nothing. */

import { expect, test } from 'vitest';

import { identityOf } from '../../web/src/history/entry';
import { emptyResult } from '../../web/src/result/result';
import { HeldResults } from '../../web/src/state/held-results.svelte';
import { EXPERIMENT, exampleResult, MODEL, START } from './example-result';

/** Of so many bytes of exact values. */
function saved(clean: string, bytes = 0) {
  const result = exampleResult({ clean });
  const [sweep] = result.sweeps;
  if (bytes > 0) sweep!.measures.values = new Float32Array(bytes / 4);
  return { result, estimates: {}, checks: [] };
}
const idOf = (clean: string) => identityOf(saved(clean).result);

test('what takes too much room gives way in the order in which it was used last', () => {
  const held = new HeldResults();
  for (const clean of ['a', 'b', 'c']) held.put(saved(clean, 20e6));
  expect(held.take(idOf('a'))?.result.experiment.clean).toBe('a');
  held.put(saved('d', 20e6));
  expect(['a', 'b', 'c', 'd'].filter((clean) => held.has(idOf(clean)))).toEqual(['a', 'c', 'd']);
});

test('the one that is shown stays, however large it is', () => {
  const held = new HeldResults();
  held.put(saved('a'));
  held.put(saved('b', 100e6));
  expect([held.has(idOf('a')), held.has(idOf('b'))]).toEqual([false, true]);
});

test('the same again takes its own place, and of what is not known nothing is held', () => {
  const held = new HeldResults();
  held.put(saved('a', 40e6));
  held.put(saved('b', 4));
  held.put(saved('a', 40e6));
  expect(held.has(idOf('b'))).toBe(true);
  const result = emptyResult({ ...EXPERIMENT, clean: 'c' }, MODEL, START);
  held.put({ result, estimates: {}, checks: [] });
  expect(held.find(identityOf(result))).toBeUndefined();
});
