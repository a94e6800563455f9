/** Models whose weights are in several files: loaded, kept, and gone on with wherever a load broke. */

import { beforeEach, expect, test, vi } from 'vitest';

import { type Spawned, spawnWriter } from '../../web/src/kept/spawn-writer';
import { fakeStorage, filesOf } from './fake-storage';
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

const INDEX = 'model.safetensors.index.json';
const SIZES = [2 * CHUNK + 20, CHUNK + 44, 3 * CHUNK + 7];
const WHOLE = SIZES.reduce((sum, size) => sum + size);
const NAMES = SIZES.map((_, index) => `model-0000${index + 1}-of-00003.safetensors`);

function sharded(seed = 1): Served {
  const served = model(1, seed);
  delete served['model.safetensors'];
  for (const [index, size] of SIZES.entries()) {
    const weights = model(size, seed + 10 * index)['model.safetensors'];
    if (weights) served[NAMES[index] ?? ''] = weights;
  }
  const weight_map = Object.fromEntries(NAMES.map((name, index) => [`tensor.${index}`, name]));
  served[INDEX] = Buffer.from(JSON.stringify({ weight_map }));
  return served;
}

let network: Network;

beforeEach(() => {
  vi.stubGlobal('navigator', fakeStorage().navigator);
  network = stubNetwork(sharded());
  vi.mocked(spawnWriter).mockImplementation(() => writerHere() as unknown as Spawned);
});

function expectRight({ bytes }: Loaded, served: Served) {
  const expected = Buffer.concat(NAMES.map((name) => served[name] ?? Buffer.alloc(0)));
  expect(bytes.equals(expected)).toBe(true);
}

/** That the next visit needs no network. */
async function expectKept(served: Served) {
  network.files = undefined;
  const again = await load();
  expectRight(again, served);
  expect(again.notes).toEqual([]);
}

/** Gives a file's first bytes, and no more of it, where it is read and not looked at. */
function breakAt(name: string, bytes: number): () => void {
  const whole = globalThis.fetch;
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const range = new Headers(init.headers).get('Range');
    const isLook = range === 'bytes=0-99999' || range === 'bytes=0-0';
    if (!url.endsWith(name) || isLook) return whole(url, init);
    if (range !== null) return new Response(null, { status: 404 });
    const { headers, body } = await whole(url, init);
    const content = new Uint8Array(await new Response(body).arrayBuffer());
    const part = new Response(content.slice(0, bytes), { headers });
    return part;
  });
  return () => {
    vi.stubGlobal('fetch', whole);
  };
}

const asked = () => network.asked.filter((name) => NAMES.includes(name));

test('they are kept as one, and open without a network', async () => {
  const served = sharded();
  const first = await load();
  expect(first.notes).toEqual([]);
  expectRight(first, served);
  await expectKept(served);
});

test('wherever a load breaks, the next one goes on with what is kept', async () => {
  for (let at = 0; at < WHOLE; at += 13) {
    vi.stubGlobal('navigator', fakeStorage().navigator);
    network = stubNetwork(sharded());
    const served = network.files ?? {};
    let [index, begin] = [0, 0];
    while (at >= begin + (SIZES[index] ?? 0)) begin += SIZES[index++] ?? 0;
    const mend = breakAt(NAMES[index] ?? '', at - begin);
    await expect(load(), `at ${at}`).rejects.toThrow('404');
    mend();
    network.asked = [];
    const again = await load();
    expect(again.notes, `at ${at}`).toEqual([]);
    expectRight(again, served);
    // Each is looked at; those that are whole once more, for their version.
    const isKept = at >= CHUNK + 9;
    expect(asked().length, `at ${at}`).toBe(2 * NAMES.length);
    expect(isKept || asked().includes(NAMES[0] ?? '')).toBe(true);
    await expectKept(served);
  }
});

test('a file before the one that broke that is another one by now brings all of them anew', async () => {
  const mend = breakAt(NAMES[2] ?? '', 2 * CHUNK);
  await expect(load()).rejects.toThrow('404');
  mend();
  const served = { ...sharded(), [NAMES[0] ?? '']: sharded(2)[NAMES[0] ?? ''] ?? Buffer.alloc(0) };
  network.files = served;
  const again = await load();
  expectRight(again, served);
  expect(again.notes.join()).toContain(`${NAMES[0]} is another one than was kept, starting again`);
  await expectKept(served);
});

test('a repository that has one file in the place of several brings that', async () => {
  const mend = breakAt(NAMES[1] ?? '', 0);
  await expect(load()).rejects.toThrow('404');
  mend();
  const served = model(3 * CHUNK + 1, 5);
  network.files = served;
  const { bytes } = await load();
  expect(bytes.equals(served['model.safetensors'] ?? Buffer.alloc(0))).toBe(true);
});

test('a damaged copy of several files is fetched again from where it is damaged', async () => {
  const served = network.files ?? {};
  const storage = fakeStorage();
  vi.stubGlobal('navigator', storage.navigator);
  await load();
  const file = [...filesOf(storage.root)].find(([path]) =>
    path.endsWith('/model.safetensors'),
  )?.[1];
  if (file) file.bytes[3 * CHUNK] = (file.bytes[3 * CHUNK] ?? 0) ^ 1;
  const again = await load();
  expectRight(again, served);
  expect(again.notes.join()).toContain('damaged after');
  await expectKept(served);
});
