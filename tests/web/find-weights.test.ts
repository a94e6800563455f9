/** Which files of weights there are at an address, and what an index of several may say. */

import { beforeEach, describe, expect, test, vi } from 'vitest';

import { TIMING } from '../../web/src/weights/back-off';
import { findWeights } from '../../web/src/weights/find-weights';
import { checkShards, readIndex } from '../../web/src/weights/shards';
import { model, type Network, type Served, stubNetwork } from './fake-load';

const FOLDER = 'https://models.example/gpt2/';
const INDEX = 'model.safetensors.index.json';
const OPTIONS = { timing: { ...TIMING, attempts: 1 } };

const header = (...names: string[]) =>
  JSON.stringify(
    Object.fromEntries(
      names.map((name, at) => [
        name,
        { dtype: 'F32', shape: [1], data_offsets: [4 * at, 4 * at + 4] },
      ]),
    ),
  );

function safetensors(...names: string[]): Buffer {
  const text = Buffer.from(header(...names));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(4 * names.length)]);
}

const index = (places: Record<string, unknown>) =>
  Buffer.from(JSON.stringify({ metadata: { total_size: 1 }, weight_map: places }));

let network: Network;

beforeEach(() => {
  network = stubNetwork({});
});

function serve(files: Served) {
  network.files = files;
  network.asked = [];
}

const find = (file?: string) =>
  findWeights({ folder: FOLDER, ...(file !== undefined && { file }) }, OPTIONS);

const SHARDS = { one: safetensors('a', 'b'), two: safetensors('c') };

test('one file is asked for first, and nothing else where it is there', async () => {
  serve({ 'model.safetensors': safetensors('a'), [INDEX]: index({ a: 'one' }), ...SHARDS });
  expect(await find()).toMatchObject({ files: ['model.safetensors'], outline: { f32Bytes: 4 } });
  expect(network.asked).toEqual(['model.safetensors']);
});

test('then its index, and each file that it names', async () => {
  serve({ [INDEX]: index({ c: 'two', a: 'one', b: 'one' }), ...SHARDS });
  const { files, outline } = await find();
  expect(files).toEqual(['one', 'two']);
  expect(outline?.fileBytes).toBe(SHARDS.one.length + SHARDS.two.length);
  expect(network.asked).toEqual(['model.safetensors', INDEX, 'one', 'two']);
});

test.each([
  ['refuses what it does not have', () => new Response(null, { status: 403 })],
  [
    'sends a page in its place',
    () => new Response('<!doctype html>', { headers: { 'Content-Type': 'text/html' } }),
  ],
])('so it is of a server that %s', async (_, missing) => {
  serve({ [INDEX]: index({ a: 'one', b: 'one' }), ...SHARDS });
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const response = await fetch(url, init);
    return response.status === 404 ? missing() : response;
  });
  expect((await find()).files).toEqual(['one']);
});

test('so it is of a server that does not let other pages read what it answers then', async () => {
  serve({
    'config.json': Buffer.from('{}'),
    [INDEX]: index({ a: 'one', b: 'one' }),
    ...SHARDS,
  });
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const response = await fetch(url, init);
    if (response.status === 404) throw new TypeError('Failed to fetch');
    return response;
  });
  expect((await find()).files).toEqual(['one']);
});

test('a server that cannot be reached at all is not one that has none', async () => {
  network.files = undefined;
  await expect(find()).rejects.toThrow(/^https.*model\.safetensors could not be reached/);
  await expect(find()).rejects.not.toThrow('nor is there');
});

test('where there is neither, the first answer is told, and what else was asked for', async () => {
  serve(model(10));
  delete network.files?.['model.safetensors'];
  await expect(find()).rejects.toThrow(
    /model\.safetensors: .* 404.*; nor is there any of .*index\.json/,
  );
});

test('weights that the address names are the only ones asked for', async () => {
  serve({ 'model.safetensors': safetensors('a'), 'other.safetensors': safetensors('b') });
  expect((await find('other.safetensors')).files).toEqual(['other.safetensors']);
  await expect(find('third.safetensors')).rejects.toThrow(
    'third.safetensors: the server answered 404',
  );
  serve({
    'model.safetensors': safetensors('a'),
    [INDEX]: index({ a: 'one', b: 'one' }),
    ...SHARDS,
  });
  expect((await find(INDEX)).files).toEqual(['one']);
});

test('a server that is busy is not one that has none', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(null, { status: 503 })));
  await expect(find()).rejects.toThrow('503');
});

describe('an index that is wrong is refused in a sentence, before anything is loaded', () => {
  test.each([
    [{ a: 'one', c: 'three' }, /index\.json names three, which cannot be had: .*404/],
    [{ a: 'one', b: 'two' }, /index\.json: has `b` in two, but it is in one/],
    [{ a: 'one', d: 'two' }, /index\.json: has `d` in two, but it is in none of its files/],
    [{ a: '../one' }, /has `a` in "\.\.\/one", expected the name of a file in the same folder/],
    [{ a: '..' }, /has `a` in "\.\."/],
    [{ a: 'sub/one' }, /expected the name of a file in the same folder/],
    [{ a: String.raw`..\one` }, /expected the name of a file in the same folder/],
    [{ a: '' }, /expected the name of a file in the same folder/],
    [{ a: 1 }, /has `a` in 1, expected/],
    [{}, /expected {"weight_map"/],
  ])('%j', async (places, message) => {
    serve({ [INDEX]: index(places), ...SHARDS });
    await expect(find()).rejects.toThrow(message);
  });

  test('a name that would mean the folder above is only a name', async () => {
    serve({ [INDEX]: index({ a: '%2e%2e' }), ...SHARDS });
    await expect(find()).rejects.toThrow('/gpt2/%252e%252e: the server answered 404');
  });

  test('a tensor that is in two files', () => {
    const { name, files, places } = readIndex(String(index({ a: 'one', b: 'two' })), INDEX);
    expect(() => {
      checkShards({ name, files, places }, [header('a', 'b'), header('b')]);
    }).toThrow('two: has `b`, which one has too; expected it in one of them');
  });

  test('what a file has beside is left to the engine, and so is a header that cannot be read', () => {
    const read = readIndex(String(index({ a: 'one', b: 'two' })), INDEX);
    checkShards(read, [header('a', 'h.0.attn.bias'), header('b')]);
    checkShards(read, [undefined, header('b')]);
    checkShards(read, ['{', header('b')]);
  });
});
