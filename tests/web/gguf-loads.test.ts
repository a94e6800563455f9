/** A GGUF, which says all of its model: looked at, loaded, kept, and gone on with wherever a load broke. */

import { readdirSync, readFileSync } from 'node:fs';

import { beforeEach, expect, test, vi } from 'vitest';

import { type Spawned, spawnWriter } from '../../web/src/kept/spawn-writer';
import { ggufOutlineAt, ggufOutlineOf } from '../../web/src/weights/gguf-outline';
import { localModel, modelFolders } from '../../web/src/weights/local-files';
import { outlineOf } from '../../web/src/weights/outline';
import {
  GGUF,
  ggufModel,
  load,
  type Loaded,
  type Network,
  type Served,
  stubNetwork,
  TEXTS_OF_FILE,
  writerHere,
} from './fake-load';
import { fakeStorage, filesOf } from './fake-storage';

const CHUNK = 64;
const WHOLE = 3 * CHUNK + 10;

vi.mock('../../web/src/kept/manifest', async (original) => ({
  ...(await original<object>()),
  CHUNK_BYTES: 64,
}));
vi.mock('../../web/src/kept/spawn-writer', () => ({ spawnWriter: vi.fn() }));

let network: Network;
let storage: ReturnType<typeof fakeStorage>;

function begin() {
  storage = fakeStorage();
  vi.stubGlobal('navigator', storage.navigator);
  network = stubNetwork(ggufModel(WHOLE));
}

beforeEach(() => {
  begin();
  vi.mocked(spawnWriter).mockImplementation(() => writerHere() as unknown as Spawned);
});

const loadIt = () => load('f32', { file: GGUF });

function expectRight({ bytes, texts }: Loaded, served: Served) {
  expect(bytes.equals(served[GGUF] ?? Buffer.alloc(0))).toBe(true);
  const { config, tokenizer } = TEXTS_OF_FILE;
  expect(texts).toEqual({ 'config.json': config, ...tokenizer });
}

/** That the next visit needs no network. */
async function expectKept(served: Served) {
  network.files = undefined;
  const again = await loadIt();
  expectRight(again, served);
  expect(again.notes).toEqual([]);
}

test('it is loaded with no other file asked for, kept, and opens without a network', async () => {
  const served = network.files ?? {};
  const first = await loadIt();
  expectRight(first, served);
  expect(first.notes).toEqual([]);
  expect(network.asked).toEqual([GGUF]);
  await expectKept(served);
});

test('wherever a load breaks, the next one goes on with what is kept', async () => {
  for (let at = 0; at < WHOLE; at += 13) {
    begin();
    const served = network.files ?? {};
    const whole = globalThis.fetch;
    const ranges: (string | null)[] = [];
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      if (new Headers(init.headers).has('Range')) return new Response(null, { status: 404 });
      const { headers, body } = await whole(url, init);
      return new Response((await new Response(body).arrayBuffer()).slice(0, at), { headers });
    });
    await expect(loadIt(), `at ${at}`).rejects.toThrow('404');
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
      ranges.push(new Headers(init.headers).get('Range'));
      return whole(url, init);
    });
    const again = await loadIt();
    expectRight(again, served);
    expect(again.notes, `at ${at}`).toEqual([]);
    const kept = CHUNK * Math.floor(at / CHUNK);
    expect(ranges, `at ${at}`).toEqual([kept > 0 ? `bytes=${kept}-` : null]);
    expect(new Set(network.asked)).toEqual(new Set([GGUF]));
    await expectKept(served);
  }
});

test('a file that is another one by now brings its own texts', async () => {
  await loadIt();
  for (const [path, file] of filesOf(storage.root)) {
    if (path.endsWith('/config.json')) file.bytes = new TextEncoder().encode('{"of": "another"}');
  }
  const served = ggufModel(2 * CHUNK, 2);
  network.files = served;
  network.asked = [];
  const again = await loadIt();
  expectRight(again, served);
  expect(again.notes).toEqual(['Fetched again, since config.json on this machine is damaged.']);
  expect(network.asked).toEqual([GGUF]);
  await expectKept(served);
});

test('from this machine it is a model by itself, and of several somebody says which', async () => {
  const chosen = (path: string) => ({
    path,
    open: () => Promise.resolve(new File([network.files?.[GGUF]?.toString('latin1') ?? ''], path)),
  });
  const { isClear, folders } = modelFolders([chosen('a.gguf'), chosen('config.json')]);
  expect(isClear).toBe(true);
  const [folder] = folders;
  if (!folder) throw new Error('no model');
  const local = await localModel(folder);
  expect(local.folder).toBe('a.gguf');
  const { texts } = await load('f32', { local });
  expect(texts['config.json']).toBe(TEXTS_OF_FILE.config);
  const several = modelFolders(['x/a.gguf', 'x/b.gguf', 'x/c/d.gguf'].map(chosen));
  expect(several.isClear).toBe(false);
  expect(several.folders.map(({ path }) => path)).toEqual(['x/a.gguf', 'x/b.gguf', 'x/c/d.gguf']);
  const beside = modelFolders(['x/a.gguf', 'x/model.safetensors'].map(chosen));
  expect(beside.folders.map(({ path }) => path)).toEqual(['x']);
});

const GOLDEN = new URL('../golden/gguf/', import.meta.url).pathname;
const GOLDEN_FILES = readdirSync(GOLDEN).filter((name) => name.endsWith('.gguf'));

test.each(GOLDEN_FILES)('a look at %s tells its sizes', async (name) => {
  const file = readFileSync(GOLDEN + name);
  const outline = await ggufOutlineOf(new Blob([file]));
  expect(Math.ceil((outline?.fileBytes ?? 0) / 32) * 32).toBe(file.byteLength);
  expect((outline?.f32Bytes ?? 0) / 4).toBeGreaterThan(10_000);
  expect(outline?.dtype).toBe(name === 'f16.gguf' ? 'f16' : 'f32');
  expect((outline?.q8Bytes ?? 0) > 0).toBe(/^q[845]_0|^mixed/.test(name));
});

test('a look at what is no whole GGUF tells nothing, and one at an address asks for parts', async () => {
  const file = readFileSync(`${GOLDEN}q8_0.gguf`);
  expect(await ggufOutlineOf(new Blob([file.subarray(0, 300)]))).toBeUndefined();
  expect(await ggufOutlineOf(new Blob(['no GGUF at all']))).toBeUndefined();
  // A tokenizer longer than the first look: a key with a text of its own before the others.
  const long = Buffer.alloc(250_000, 'x');
  const key = Buffer.from('long');
  const head = Buffer.alloc(8 + key.length + 4 + 8);
  head.writeBigUInt64LE(BigInt(key.length));
  key.copy(head, 8);
  head.writeUInt32LE(8, 8 + key.length);
  head.writeBigUInt64LE(BigInt(long.length), 12 + key.length);
  const longer = Buffer.concat([file.subarray(0, 24), head, long, file.subarray(24)]);
  longer.writeBigUInt64LE(file.readBigUInt64LE(16) + 1n, 16);
  network.files = { 'long.gguf': longer };
  const url = 'https://models.example/long.gguf';
  const outline = await ggufOutlineAt(url, { pageOrigin: 'https://page.example' });
  expect(outline?.f32Bytes).toBe((await ggufOutlineOf(new Blob([file])))?.f32Bytes);
  expect(network.asked).toHaveLength(2);
});

test('the header that the engine tells is summed up as the file’s', () => {
  const header = JSON.stringify({
    __metadata__: { format: 'gguf', data_begin: '4096', alignment: '32' },
    'token_embd.weight': { dtype: 'Q8_0', shape: [64, 32], data_offsets: [0, 2176] },
    'blk.0.attn_qkv.weight': { dtype: 'Q4_1', shape: [32, 32], data_offsets: [2176, 2816] },
  });
  expect(outlineOf(header)).toEqual({
    fileBytes: 4096 + 2816,
    f32Bytes: 4 * (64 * 32 + 32 * 32),
    q8Bytes: 4 * 64 * 32,
    dtype: 'f32',
  });
});
