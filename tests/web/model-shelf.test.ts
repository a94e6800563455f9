/** The model in use and the one being loaded, with an engine that answers when the test wants. */

import { expect, test, vi } from 'vitest';

import { ModelShelf } from '../../web/src/state/model-shelf.svelte';
import { embeddedSource } from '../../web/src/weights/sources';
import { Engine, type LoadEvents } from '../../web/src/worker/engine';
import { EngineOver } from '../../web/src/worker/engine-over';

vi.mock('../../web/src/worker/engine', () => ({ Engine: { load: vi.fn() } }));

const SOURCE = embeddedSource('http://localhost/');
const FIRST_BYTES = { received: 1000, total: 2000, state: { kind: 'reading' } } as const;

interface Started {
  events: LoadEvents;
  signal: AbortSignal;
  resolve: () => void;
  reject: (why: Error) => void;
  crash: () => void;
  isLive: () => boolean;
}

/**
 * Each load's end and what it tells on the way, as the worker would send them. A load that is given up
 * answers all the same: its answer may be on the way.
 */
function loads(): Started[] {
  const started: Started[] = [];
  vi.mocked(Engine.load).mockImplementation((_source, _dtype, events, signal) => {
    let isLive = false;
    let isSettled = false;
    let crash = () => {};
    const over = new Promise<never>((_, reject) => {
      crash = () => {
        isLive = false;
        reject(new EngineOver('crashed', true));
      };
    });
    over.catch(() => undefined); // nobody may be waiting
    const close = () => {
      isLive = false;
    };
    return new Promise((resolve, reject) => {
      const loaded = { engine: { close, over }, info: {} } as unknown as Awaited<
        ReturnType<typeof Engine.load>
      >;
      started.push({
        events,
        signal,
        resolve: () => {
          isLive ||= !isSettled;
          isSettled = true;
          resolve(loaded);
        },
        reject: (why) => {
          isSettled = true;
          reject(why);
        },
        crash,
        isLive: () => isLive,
      });
    });
  });
  return started;
}

const settle = async () => {
  for (let tick = 0; tick < 20; tick++) await Promise.resolve();
};

test('progress that arrives after the end of a load is not shown', async () => {
  const started = loads();
  const shelf = new ModelShelf();
  const load = shelf.load(SOURCE, 'f32');
  started[0]?.events.onProgress(FIRST_BYTES);
  expect(shelf.loading?.progress.received).toBe(1000);
  started[0]?.resolve();
  await load;
  started[0]?.events.onProgress({ ...FIRST_BYTES, received: 2000 });
  expect(shelf.loading).toBeUndefined();
  expect(shelf.inUse?.source).toBe(SOURCE);
});

test('progress of a load that was given up for another is not shown', () => {
  const started = loads();
  const shelf = new ModelShelf();
  void shelf.load(SOURCE, 'f32');
  void shelf.load({ ...SOURCE, label: 'another' }, 'f32');
  started[0]?.events.onProgress(FIRST_BYTES);
  expect(shelf.loading?.source.label).toBe('another');
  expect(shelf.loading?.progress.received).toBe(0);
});

test('a page that is left ends its engine, and loads its model again when it is back', async () => {
  const started = loads();
  const shelf = new ModelShelf();
  const load = shelf.load(SOURCE, 'q8_0');
  started[0]?.resolve();
  await load;
  shelf.leave();
  expect(started[0]?.isLive()).toBe(false);
  const again = shelf.reload();
  started[1]?.resolve();
  await again;
  expect(shelf.inUse?.dtype).toBe('q8_0');
  expect(started).toHaveLength(2);
});

test('a load that is given up while its answer is on the way is not put in use', async () => {
  const started = loads();
  const shelf = new ModelShelf();
  const first = shelf.load(SOURCE, 'f32');
  started[0]?.resolve();
  shelf.leave();
  await first;
  expect(started[0]?.isLive()).toBe(false);
  expect(shelf.inUse).toBeUndefined();
});

test('a worker that stops is replaced, but not in place of a model that is on its way', async () => {
  const started = loads();
  const shelf = new ModelShelf();
  const load = shelf.load(SOURCE, 'f32');
  started[0]?.resolve();
  await load;
  started[0]?.crash();
  await settle();
  expect(started).toHaveLength(2);
  started[1]?.resolve();
  await settle();
  expect(shelf.inUse).toBeDefined();
  const other = shelf.load({ ...SOURCE, label: 'another' }, 'f32');
  started[2]?.events.onProgress(FIRST_BYTES);
  started[1]?.crash();
  await settle();
  expect(started).toHaveLength(3);
  started[2]?.resolve();
  await other;
  expect(shelf.inUse?.source.label).toBe('another');
});

test('a model whose worker stops again and again is not loaded for ever', async () => {
  const started = loads();
  const shelf = new ModelShelf();
  const load = shelf.load(SOURCE, 'f32');
  for (let at = 0; at < 10; at++) {
    started[at]?.resolve();
    await settle();
    started[at]?.crash();
    await settle();
  }
  await load;
  expect(started).toHaveLength(4);
  expect(shelf.problem).toContain('not loaded any more: crashed');
});

test('whatever is loaded, given up, left, compared and crashes, at most the model in use lives', async () => {
  for (let seed = 1; seed < 100; seed++) {
    const random = randomOf(seed);
    const started = loads();
    const shelf = new ModelShelf();
    for (let step = 0; step < 12; step++) {
      act(shelf, started, random);
      if (random(2) === 0) await settle();
    }
    for (const { resolve } of started) resolve();
    await settle();
    for (const { resolve } of started) resolve(); // what was loaded again by itself
    await settle();
    shelf.leave();
    await settle();
    expect(started.filter(({ isLive }) => isLive()).length, `${seed}`).toBe(0);
  }
}, 60_000);

function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
}

function act(shelf: ModelShelf, started: readonly Started[], random: (below: number) => number) {
  const one = started[random(Math.max(1, started.length))];
  const quietly = (promise: Promise<unknown>) => {
    promise.catch(() => undefined); // given up on purpose
  };
  const acts = [
    () => {
      quietly(shelf.load({ ...SOURCE, label: `${random(9)}` }, 'f32'));
    },
    () => one?.resolve(),
    () => one?.resolve(),
    () => one?.reject(new Error('no network')),
    () => {
      shelf.cancel();
    },
    () => {
      shelf.leave();
    },
    () => {
      quietly(shelf.reload());
    },
    () => {
      quietly(shelf.beside('f32'));
    },
    () => {
      if (one?.isLive()) one.crash();
    },
  ];
  acts[random(acts.length)]?.();
}
