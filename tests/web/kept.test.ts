/** What is kept of a model on this machine: whole, checked, by one tab at a time, and never in the way. */

import { beforeEach, describe, expect, test, vi } from 'vitest';

import { keptModels, removeKept } from '../../web/src/kept/kept-models';
import { type Spawned, spawnWriter } from '../../web/src/kept/spawn-writer';
import { type FakeStorage, fakeStorage, filesOf } from './fake-storage';
import {
  load,
  type Loaded,
  model,
  type Network,
  type Served,
  stubNetwork,
  writerHere,
} from './fake-load';

const CHUNK = 64;

vi.mock('../../web/src/kept/manifest', async (original) => ({
  ...(await original<object>()),
  CHUNK_BYTES: 64,
}));
vi.mock('../../web/src/kept/spawn-writer', () => ({ spawnWriter: vi.fn() }));

let storage: FakeStorage;
let network: Network;

function use(next: FakeStorage) {
  storage = next;
  vi.stubGlobal('navigator', storage.navigator);
}

function spawn(make: () => unknown) {
  vi.mocked(spawnWriter).mockImplementation(() => make() as Spawned);
}

beforeEach(() => {
  use(fakeStorage());
  network = stubNetwork(model(3 * CHUNK + 10));
  spawn(() => writerHere());
});

function expectRight({ bytes, texts }: Loaded, served: Served) {
  expect(bytes.equals(served['model.safetensors'] ?? Buffer.alloc(0))).toBe(true);
  const names = Object.keys(served).filter((name) => name !== 'model.safetensors');
  expect(texts).toEqual(Object.fromEntries(names.map((name) => [name, String(served[name])])));
}

const textOf = (name: string) =>
  [...filesOf(storage.root)].find(([path]) => path.endsWith(`/${name}`))?.[1];

/** That the next visit needs no network. */
async function expectKept(served: Served) {
  const { files } = network;
  network.files = undefined;
  const again = await load();
  expectRight(again, served);
  expect(again.notes).toEqual([]);
  network.files = files;
}

describe.each([
  ['a browser with everything', {}],
  ['a browser without locks', { locks: true }],
  ['a browser without createWritable', { createWritable: true }],
])('in %s', (_, lacking) => {
  beforeEach(() => {
    use(fakeStorage(lacking));
  });

  test.each([1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK, 5 * CHUNK + 3])(
    'a model of %i bytes is kept whole, and opens without a network',
    async (bytes) => {
      const served = model(9 + bytes);
      network.files = served;
      const first = await load();
      expect(first.notes).toEqual([]);
      expectRight(first, served);
      const { models } = await keptModels();
      expect(models).toMatchObject([{ bytes: 9 + bytes, manifest: { complete: true } }]);
      await expectKept(served);
    },
  );

  test.each(['config.json', 'vocab.json', 'merges.txt'])(
    'a damaged %s alone is fetched again',
    async (name) => {
      const served = network.files ?? {};
      await load();
      const file = textOf(name);
      if (file) file.bytes = new TextEncoder().encode('damaged');
      network.asked = [];
      const again = await load();
      expectRight(again, served);
      expect(network.asked).toEqual([name]);
      expect(again.notes).toEqual([
        `${name} was fetched again, since ${name} on this machine is damaged.`,
      ]);
      await expectKept(served);
    },
  );
});

test('a damaged text that the server has no more brings the whole model anew', async () => {
  await load();
  const file = textOf('vocab.json');
  if (file) file.bytes = new TextEncoder().encode('damaged');
  const served = model(2 * CHUNK, 2);
  served['vocab.json'] = Buffer.from('{"b": 0}');
  network.files = served;
  const again = await load();
  expectRight(again, served);
  expect(again.notes.join()).toContain('the server has another one by now');
  await expectKept(served);
});

test('damaged weights, a damaged manifest and a missing file bring the model anew', async () => {
  const served = network.files ?? {};
  for (const name of ['model.safetensors', 'manifest.json']) {
    await load();
    const file = textOf(name);
    if (file) file.bytes[20] = (file.bytes[20] ?? 0) ^ 1;
    if (file && name === 'manifest.json') file.bytes = file.bytes.slice(0, 30);
    expectRight(await load(), served);
    await expectKept(served);
  }
});

test('a load that fails leaves what an earlier visit kept, and no empty entry', async () => {
  const served = network.files ?? {};
  network.files = undefined;
  await expect(load()).rejects.toThrow('could not be reached');
  expect((await keptModels()).models).toEqual([]);
  network.files = served;
  await load();
  makePartial();
  for (const missing of ['config.json', 'model.safetensors']) {
    network.files = Object.fromEntries(Object.entries(served).filter(([name]) => name !== missing));
    await expect(load()).rejects.toThrow('404');
    expect((await keptModels()).models).toMatchObject([{ bytes: 2 * CHUNK }]);
  }
  network.files = served;
  const again = await load();
  expectRight(again, served);
  expect(again.notes).toEqual([]);
  await expectKept(served);
});

test.each([
  [
    'storage that is refused',
    () => ({
      storage: { getDirectory: () => Promise.reject(new DOMException('no', 'SecurityError')) },
    }),
  ],
  ['no storage at all', () => ({})],
  ['no createSyncAccessHandle', () => fakeStorage({ createSyncAccessHandle: true }).navigator],
])('%s: the model loads, with one plain sentence', async (_, navigator) => {
  vi.stubGlobal('navigator', navigator());
  const loaded = await load();
  expectRight(loaded, network.files ?? {});
  expect(loaded.notes).toEqual([
    'This browser gives the page no storage: the model is not kept for next time.',
  ]);
});

test('storage that never answers: the model loads, with one plain sentence', async () => {
  const silent = { storage: { getDirectory: () => new Promise(() => undefined) } };
  vi.stubGlobal('navigator', silent);
  const loaded = await patiently(() => load());
  expectRight(loaded, network.files ?? {});
  expect(loaded.notes).toEqual([
    'This browser gives the page no storage: the model is not kept for next time.',
  ]);
});

/** What comes of it where time goes by as fast as it can. */
async function patiently<Result>(act: () => Promise<Result>): Promise<Result> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const acting = act();
    let isOver = false;
    const end = () => {
      isOver = true;
    };
    acting.then(end, end);
    while (!isOver) {
      await vi.advanceTimersByTimeAsync(10_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return await acting;
  } finally {
    vi.useRealTimers();
  }
}

/** Every message to the writer, in the order in which they come. */
const MESSAGES = ['addTexts', 'keepFirst', 'write', 'commit'] as const;

/** A writer whose nth answer to one message is another one. */
function failing(message: string, nth: number, act: () => unknown) {
  let count = 0;
  return writerHere(
    (writer) =>
      new Proxy(writer, {
        get(target, name) {
          const value = Reflect.get(target, name) as unknown;
          if (typeof value !== 'function') return value;
          return (...args: unknown[]) =>
            name === message && ++count === nth ? act() : (value.apply(target, args) as unknown);
        },
      }),
  );
}

const CASES = MESSAGES.flatMap((message) => [1, 2, 3].map((nth) => [message, nth] as const)).filter(
  ([message, nth]) => nth === 1 || message === 'write',
);

test.each(CASES)(
  'a writer that throws at %s number %i does not fail the load',
  async (message, nth) => {
    const served = network.files ?? {};
    spawn(() => failing(message, nth, () => Promise.reject(new Error('thrown on purpose'))));
    const loaded = await load();
    expectRight(loaded, served);
    expect(loaded.notes).toEqual(['The model is not kept for next time: thrown on purpose.']);
    spawn(() => writerHere());
    expectRight(await load(), served);
    await expectKept(served);
  },
);

test.each(CASES)(
  'a writer that dies at %s number %i does not stop the load',
  async (message, nth) => {
    spawn(() => failing(message, nth, () => new Promise(() => undefined)));
    const loaded = await patiently(() => load());
    expectRight(loaded, network.files ?? {});
    expect(loaded.notes).toEqual([
      'The model is not kept for next time: the part of the page that writes it was silent for 30 s.',
    ]);
  },
);

test('a writer that does not start, or breaks, does not fail the load', async () => {
  spawn(() => ({ ...writerHere(), api: { open: () => Promise.reject(new Error('no worker')) } }));
  expect((await load()).notes).toEqual(['The model is not kept for next time: no worker.']);
  const broken = Promise.reject<never>(new Error('it broke'));
  spawn(() => ({ ...writerHere(), api: { open: () => new Promise(() => undefined) }, broken }));
  expect((await load()).notes).toEqual(['The model is not kept for next time: it broke.']);
});

test('a disk that fails at any step of a load does not fail the load', async () => {
  const served = network.files ?? {};
  for (const before of ['nothing', 'a whole copy', 'a damaged copy']) {
    for (let failAt = 0, steps = 1; failAt < steps; failAt++) {
      use(fakeStorage());
      if (before !== 'nothing') await load();
      const file = textOf('model.safetensors');
      if (file && before === 'a damaged copy') file.bytes[CHUNK] = (file.bytes[CHUNK] ?? 0) ^ 1;
      steps = 0;
      storage.turn = () =>
        steps++ === failAt
          ? Promise.reject(new DOMException('the disk failed', 'NotReadableError'))
          : Promise.resolve();
      expectRight(await load(), served);
      storage.turn = () => Promise.resolve();
      expectRight(await load(), served);
      await expectKept(served);
    }
  }
});

test('removing says so where another tab writes, and removes otherwise', async () => {
  await load();
  const [entry] = (await keptModels()).models;
  let release: () => void = () => undefined;
  const { locks } = navigator as unknown as { locks: LockManager };
  void locks.request(
    `patchboard/models/${entry?.key ?? ''}`,
    {},
    () => new Promise<void>((resolve) => (release = resolve)),
  );
  await expect(removeKept(entry?.key ?? '')).rejects.toThrow('another tab is using it');
  release();
  await new Promise((resolve) => setImmediate(resolve));
  await removeKept(entry?.key ?? '');
  expect((await keptModels()).models).toEqual([]);
});

/** Lets the loads of several tabs go on one step at a time, in an order that the seed gives. */
async function interleave(tabs: number, seed: number): Promise<Loaded[]> {
  const waiting: (() => void)[] = [];
  storage.turn = () => new Promise((resolve) => waiting.push(resolve));
  let running = tabs;
  const loads = Array.from({ length: tabs }, () =>
    load().finally(() => {
      running--;
    }),
  );
  const all = Promise.all(loads);
  all.catch(() => undefined); // awaited below
  for (let state = seed; running > 0;) {
    await new Promise((resolve) => setImmediate(resolve));
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const [next] = waiting.splice((state >>> 16) % Math.max(waiting.length, 1), 1);
    next?.();
  }
  storage.turn = () => Promise.resolve();
  return all;
}

describe.each([
  ['nothing', {}],
  ['nothing, without locks', { locks: true }],
  ['a part', {}],
  ['a damaged copy', {}],
])('two tabs load a model of which there is %s', (before, lacking) => {
  test('each gets it, and one whole copy stays, in any order of their steps', async () => {
    const served = network.files ?? {};
    for (let seed = 0; seed < 40; seed++) {
      use(fakeStorage(lacking));
      if (before !== 'nothing') await load();
      if (before === 'a damaged copy') {
        const file = textOf('model.safetensors');
        if (file) file.bytes[CHUNK + 1] = (file.bytes[CHUNK + 1] ?? 0) ^ 1;
      }
      if (before === 'a part') makePartial();
      for (const loaded of await interleave(2, seed)) expectRight(loaded, served);
      expect((await keptModels()).models).toMatchObject([{ manifest: { complete: true } }]);
      await expectKept(served);
    }
  });
});

/** Of a whole copy, what a tab that was closed after two chunks leaves. */
function makePartial() {
  const models = storage.root.entries.get('models');
  const [folder] = models?.kind === 'directory' ? [...models.entries.values()] : [];
  if (folder?.kind !== 'directory') throw new Error('nothing is kept');
  const weights = folder.entries.get('model.safetensors');
  const manifest = folder.entries.get('manifest.json');
  if (weights?.kind !== 'file' || manifest?.kind !== 'file') throw new Error('nothing is kept');
  folder.entries.delete('model.safetensors');
  weights.bytes = weights.bytes.slice(0, 2 * CHUNK);
  folder.entries.set('model.safetensors.partial', weights);
  const told = JSON.parse(new TextDecoder().decode(manifest.bytes)) as { chunks: string[] };
  const part = { ...told, chunks: told.chunks.slice(0, 2), bytes: 2 * CHUNK, complete: false };
  manifest.bytes = new TextEncoder().encode(JSON.stringify(part));
}
