/** The line before the engine, asked from effects. */

import { flushSync } from 'svelte';
import { expect, test } from 'vitest';

import { RunQueue } from '../../web/src/worker/run-queue.svelte';
import { experiment, FakePort } from './fake-engine';

const silent = { onStart: () => undefined, onRow: () => undefined };
const never = new AbortController().signal;

test('a run that an effect gives up in its teardown takes no other one out of the line', async () => {
  const part = new RunQueue(new FakePort(() => 1)).part('The map');
  const ends: unknown[] = [];
  let layer = $state(1);
  const first = part.run(experiment('first'), '', silent, never);
  const close = $effect.root(() => {
    $effect(() => {
      const abort = new AbortController();
      void part.run(experiment(`heads ${layer}`), '', silent, abort.signal).then((end) => {
        ends.push(end);
      });
      return () => {
        abort.abort();
      };
    });
  });
  flushSync();
  layer = 2;
  const next = part.run(experiment('next'), '', silent, never);
  flushSync();
  expect(await Promise.all([first, next])).toEqual(['done', 'done']);
  await expect.poll(() => ends).toEqual(['cancelled', 'done']);
  close();
});
