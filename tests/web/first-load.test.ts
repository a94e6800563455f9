/** The load that is begun before the page is there, and what the page makes of it. */

import { beforeEach, expect, test, vi } from 'vitest';

import { embeddedSource, addressSource } from '../../web/src/weights/sources';
import { Engine, type LoadEvents } from '../../web/src/worker/engine';
import { beginFirstLoad, loadEngine } from '../../web/src/worker/first-load';

vi.mock('../../web/src/worker/engine', () => ({ Engine: { load: vi.fn() } }));

const BASE = 'http://localhost/';
const SOURCE = embeddedSource(BASE);
const LOADED = { info: {} } as unknown as Awaited<ReturnType<typeof Engine.load>>;
const READING = { received: 1, total: 2, state: { kind: 'reading' } } as const;

const never = new AbortController().signal;
const events = () => ({ onProgress: vi.fn(), onNote: vi.fn(), onRetry: vi.fn() });

let asked: { events: LoadEvents; signal: AbortSignal }[];

beforeEach(async () => {
  vi.stubGlobal('document', { baseURI: BASE });
  asked = [];
  vi.mocked(Engine.load).mockImplementation((_source, _dtype, heard, signal) => {
    asked.push({ events: heard, signal });
    return Promise.resolve(LOADED);
  });
  await loadEngine(SOURCE, 'f32', events(), never); // takes what a test before has begun
  asked = [];
});

test('what was begun is gone on with, and what it told before is heard', async () => {
  beginFirstLoad('?clean=a');
  asked[0]?.events.onProgress(READING);
  const heard = events();
  expect(await loadEngine(SOURCE, 'f32', heard, never)).toBe(LOADED);
  expect(heard.onProgress).toHaveBeenCalledExactlyOnceWith(READING);
  asked[0]?.events.onNote('later');
  expect(heard.onNote).toHaveBeenCalledExactlyOnceWith('later');
  expect(asked).toHaveLength(1);
  await loadEngine(SOURCE, 'f32', heard, never);
  expect(asked).toHaveLength(2);
});

test('what was begun is given up with the load that goes on with it', async () => {
  beginFirstLoad('');
  const abort = new AbortController();
  await loadEngine(SOURCE, 'f32', events(), abort.signal);
  expect(asked[0]?.signal.aborted).toBe(false);
  abort.abort(new Error('given up'));
  expect(asked[0]?.signal.reason).toEqual(new Error('given up'));
});

test('another model, or other numbers, end what was begun', async () => {
  for (const other of [addressSource('https://models.example/gpt2/', BASE), SOURCE]) {
    asked = [];
    beginFirstLoad('');
    await loadEngine(other, 'f16', events(), never);
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  }
});

test.each(['?model=gpt2', '?dtype=f16', '?model=https%3A%2F%2Fmodels.example%2F'])(
  'nothing is begun for an address with %s',
  (query) => {
    beginFirstLoad(query);
    expect(asked).toEqual([]);
  },
);
