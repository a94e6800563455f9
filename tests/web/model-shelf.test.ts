/** The model in use and the one being loaded, with an engine that answers when the test wants. */

import { expect, test, vi } from 'vitest';

import { Engine, type LoadEvents } from '../../web/src/engine/engine';
import { ModelShelf } from '../../web/src/state/model-shelf.svelte';
import { embeddedSource } from '../../web/src/weights/sources';

vi.mock('../../web/src/engine/engine', () => ({ Engine: { load: vi.fn() } }));

const SOURCE = embeddedSource('http://localhost/');
const FIRST_BYTES = { received: 1000, total: 2000, state: { kind: 'reading' } } as const;

/** Each load's end and what it tells on the way, as the worker would send them. */
function loads() {
  const started: { events: LoadEvents; resolve: () => void; close: () => void }[] = [];
  vi.mocked(Engine.load).mockImplementation((_source, _dtype, events) => {
    const close = vi.fn();
    return new Promise((resolve) => {
      const loaded = { engine: { close }, info: {} } as unknown as Awaited<
        ReturnType<typeof Engine.load>
      >;
      started.push({
        events,
        resolve: () => {
          resolve(loaded);
        },
        close,
      });
    });
  });
  return started;
}

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
  const load = shelf.load(SOURCE, 'q8');
  started[0]?.resolve();
  await load;
  shelf.leave();
  expect(started[0]?.close).toHaveBeenCalled();
  const again = shelf.reload();
  started[1]?.resolve();
  await again;
  expect(shelf.inUse?.dtype).toBe('q8');
  expect(started).toHaveLength(2);
});
