/** Each layout of a model's tokenizer files: by address, from a folder, and from what is kept of it. */

import { beforeEach, describe, expect, test, vi } from 'vitest';

import { type Spawned, spawnWriter } from '../../web/src/kept/spawn-writer';
import { localModel, modelFolders } from '../../web/src/weights/local-files';
import { type FakeStorage, fakeStorage, filesOf } from './fake-storage';
import { load, model, type Network, type Served, stubNetwork, writerHere } from './fake-load';

vi.mock('../../web/src/kept/spawn-writer', () => ({ spawnWriter: vi.fn() }));

let network: Network;
let storage: FakeStorage;

beforeEach(() => {
  storage = fakeStorage();
  vi.stubGlobal('navigator', storage.navigator);
  network = stubNetwork(undefined);
  vi.mocked(spawnWriter).mockImplementation(() => writerHere() as unknown as Spawned);
});

const ALL = [
  'vocab.json',
  'merges.txt',
  'added_tokens.json',
  'special_tokens_map.json',
  'tokenizer_config.json',
  'tokenizer.json',
];

/** With just these beside config and weights; each holds its own name. */
function served(names: readonly string[]): Served {
  const { 'config.json': config, 'model.safetensors': weights } = model(100);
  const texts = names.map((name) => [name, Buffer.from(`of ${name}`)] as const);
  return {
    'config.json': config,
    'model.safetensors': weights,
    ...Object.fromEntries(texts),
  } as Served;
}

/** [what is there, what the engine is given of it, what is asked for after config.json, in this order] */
const LAYOUTS: [string, string[], string[], string[]][] = [
  ['GPT-2’s own two', ALL.slice(0, 2), ALL.slice(0, 2), ALL.slice(0, 5)],
  ['all that transformers writes', ALL, ALL.slice(0, 5), ALL.slice(0, 5)],
  ['tokenizer.json alone', ['tokenizer.json'], ['tokenizer.json'], ALL],
  [
    'tokenizer.json and what counts beside the two alone',
    ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json'],
    ['tokenizer.json'],
    ALL,
  ],
  [
    'vocab.json without its merges, and tokenizer.json',
    ['vocab.json', 'tokenizer.json'],
    ['tokenizer.json'],
    ALL,
  ],
  ['the two and what was added', ALL.slice(0, 3), ALL.slice(0, 3), ALL.slice(0, 5)],
  ['no tokenizer at all', [], [], ALL],
];

const given = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, `of ${name}`]));

describe.each(LAYOUTS)('%s', (_, there, used, asked) => {
  test('by address, and without a network once it is kept', async () => {
    network.files = served(there);
    const first = await load();
    expect(first.texts).toEqual({ 'config.json': '{"seed": 1}', ...given(used) });
    expect(first.notes).toEqual([]);
    expect(network.asked.filter((name) => name !== 'model.safetensors')).toEqual([
      'config.json',
      ...asked,
    ]);
    network.asked = [];
    network.files = undefined;
    const again = await load();
    expect(again).toEqual(first);
    expect(network.asked).toEqual([]);
  });

  test('kept, with one of its texts damaged: that one alone is fetched again', async () => {
    network.files = served(there);
    const first = await load();
    for (const name of used) {
      const file = [...filesOf(storage.root)].find(([path]) => path.endsWith(`/${name}`))?.[1];
      if (file) file.bytes = new TextEncoder().encode('damaged');
      network.asked = [];
      expect((await load()).texts).toEqual(first.texts);
      expect(network.asked).toEqual([name]);
    }
  });

  test('from a folder', async () => {
    const files = Object.entries(served(there)).map(([name, content]) => ({
      path: `chosen/${name}`,
      open: () => Promise.resolve(new File([new Uint8Array(content)], name)),
    }));
    const [folder] = modelFolders(files).folders;
    if (!folder) throw new Error('no folder');
    const { texts } = await load('f32', { local: await localModel(folder) });
    expect(texts).toEqual({ 'config.json': '{"seed": 1}', ...given(used) });
  });
});

test.each([
  ['refuses what it does not have', () => new Response(null, { status: 403 })],
  [
    'sends a page about what it does not have',
    () => new Response('<!doctype html>', { headers: { 'Content-Type': 'text/html' } }),
  ],
  ['lets no other page read that it does not have it', () => undefined],
])('a server that %s has a model without it', async (_, missing) => {
  network.files = served(['tokenizer.json']);
  network.missing = missing;
  const { texts } = await load();
  expect(texts).toEqual({ 'config.json': '{"seed": 1}', 'tokenizer.json': 'of tokenizer.json' });
});

test('a server that fails at one of them is no server without it', async () => {
  network.files = served(['vocab.json', 'merges.txt']);
  network.missing = () => new Response(null, { status: 400 });
  await expect(load()).rejects.toThrow('answered 400');
});

test('a copy that an earlier page kept, without the files that it did not ask for, opens', async () => {
  network.files = served(['vocab.json', 'merges.txt']);
  const first = await load();
  const manifest = [...filesOf(storage.root)].find(([path]) =>
    path.endsWith('/manifest.json'),
  )?.[1];
  if (!manifest) throw new Error('nothing is kept');
  const older = JSON.parse(new TextDecoder().decode(manifest.bytes)) as { texts?: unknown };
  delete older.texts; // the oldest have no checksums of texts either
  manifest.bytes = new TextEncoder().encode(JSON.stringify(older));
  network.files = undefined;
  expect((await load()).texts).toEqual(first.texts);
});

describe('a copy that an older page kept, which did not ask for what stands beside the two', () => {
  const THERE = ALL.slice(0, 5);

  async function keepAsBefore(manifest: (kept: Record<string, unknown>) => void) {
    network.files = served(ALL.slice(0, 2));
    await load();
    for (const [path, file] of filesOf(storage.root)) {
      if (!path.endsWith('/manifest.json')) continue;
      const kept = JSON.parse(new TextDecoder().decode(file.bytes)) as Record<string, unknown>;
      delete kept['asked'];
      manifest(kept);
      file.bytes = new TextEncoder().encode(JSON.stringify(kept));
    }
    network.asked = [];
  }

  test.each([
    ['with checksums of its texts', () => undefined],
    ['without', (kept: Record<string, unknown>) => delete kept['texts']],
  ])('asks for it once, %s', async (_, manifest) => {
    await keepAsBefore(manifest);
    network.files = served(THERE);
    const again = await load();
    expect(again.texts).toEqual({ 'config.json': '{"seed": 1}', ...given(THERE) });
    expect(again.notes).toEqual([]);
    expect(network.asked).toEqual(THERE.slice(2));
    network.files = undefined;
    expect((await load()).texts).toEqual(again.texts);
  });

  test('opens as it is where its server cannot be reached, and asks again later', async () => {
    await keepAsBefore(() => undefined);
    network.files = undefined;
    const alone = await load();
    expect(alone.texts).toEqual({ 'config.json': '{"seed": 1}', ...given(ALL.slice(0, 2)) });
    expect(alone.notes).toEqual([]);
    network.files = served(THERE);
    expect((await load()).texts).toMatchObject(given(THERE));
  });

  test('asks no more where there is nothing', async () => {
    await keepAsBefore(() => undefined);
    await load();
    expect(network.asked).toEqual(THERE.slice(2));
    network.asked = [];
    await load();
    expect(network.asked).toEqual([]);
  });
});
