import { afterEach, expect, test, vi } from 'vitest';

import { versionOf } from '../../web/src/weights/file-version';
import { proposedDtype, requireFits } from '../../web/src/weights/dtype';
import { outlineOf, outlineOfAll, remoteHeader } from '../../web/src/weights/outline';
import { formatSeconds, PaceMeter } from '../../web/src/weights/progress';
import { request } from '../../web/src/weights/responses';
import { modelAddress } from '../../web/src/weights/model-address';
import { publishedSources, sourceOf } from '../../web/src/weights/published';
import { formatBytes } from '../../web/src/weights/sources';

const BASE = 'http://localhost/page/';
const URL = 'https://example.org/config.json';

afterEach(() => {
  vi.unstubAllGlobals();
});

function answer(body: string | null, init: ResponseInit = {}) {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, init)));
}

test('published models are known by name', () => {
  const sizes = ['gpt2', 'gpt2-medium', 'gpt2-large', 'gpt2-xl'];
  const [ggufs, exact] = [0, 1].map((rest) =>
    publishedSources.slice(0, 2 * sizes.length).filter((_, index) => index % 2 === rest),
  );
  expect(exact?.map(({ id }) => id)).toEqual(sizes);
  expect(sourceOf('gpt2', BASE).folder).toMatch(/gpt2\/resolve\/main\/$/);
  // Each in q8_0 before it, by an address that names its file wherever it is read.
  for (const [index, source] of (ggufs ?? []).entries()) {
    expect(source.file).toMatch(new RegExp(`^${sizes[index]}\\.Q8_0\\.gguf$`));
    expect(modelAddress(source.id, BASE)).toMatchObject({ folder: source.folder, id: source.id });
    expect(proposedDtype(source.outline ?? { f32Bytes: 0 })).toBe('f32');
    expect(source.weightBytes).toBeLessThan((exact?.[index]?.weightBytes ?? 0) / 3);
  }
});

test('TinyStories are known by what Hugging Face calls them, with their bytes in f32', () => {
  const models = publishedSources.slice(8);
  const sizes = ['1M', '3M', '8M', '28M', '33M'];
  expect(models.map(({ id }) => id)).toEqual(sizes.map((size) => `roneneldan/TinyStories-${size}`));
  // The core counts as many parameters of the first one's config.json.
  expect(models[0]?.weightBytes).toBe(4 * 3_745_984);
  expect(models.map(({ weightBytes = 0 }) => Math.round(weightBytes / 4e5) / 10)).toEqual([
    3.7, 8.3, 19.7, 52, 68.5,
  ]);
  for (const { id, folder, files } of models) {
    expect(folder).toBe(`https://huggingface.co/${id}/resolve/main/`);
    expect(files).toBeUndefined(); // which there are is found out
  }
});

test('what cannot fit into a tab is refused by its size', () => {
  expect(() => {
    requireFits({ f32Bytes: 6.43e9 }, 'f32', 'GPT-2 XL');
  }).toThrow(
    'GPT-2 XL: 6.43 GB of weights in f32 do not fit into a tab, which has 3.80 GB for them here; choose f16',
  );
  expect(() => {
    requireFits({ f32Bytes: 20e9 }, 'q8_0', 'GPT-9');
  }).toThrow('choose a smaller GPT-2');
  for (const [bytes, dtype] of [
    [3.25e9, 'f32'],
    [6.43e9, 'f16'],
    [6.43e9, 'q8_0'],
  ] as const) {
    expect(() => {
      requireFits({ f32Bytes: bytes }, dtype, 'GPT-2');
    }).not.toThrow();
  }
});

test('the most exact weights that fit are proposed', () => {
  expect(proposedDtype({ f32Bytes: 1.52e9 })).toBe('f32');
  expect(proposedDtype({ f32Bytes: 6.43e9 })).toBe('f16');
  expect(proposedDtype({ f32Bytes: 9e9 })).toBe('q8_0');
  // What is in q8_0 in the file stays as small whatever is chosen.
  expect(proposedDtype({ f32Bytes: 6.43e9, q8Bytes: 6.42e9 })).toBe('f32');
});

test('sizes and times are written for people', () => {
  expect(formatBytes(548_105_171)).toBe('548 MB');
  expect(formatBytes(1_519_984_962)).toBe('1.52 GB');
  expect(formatBytes(2_131_776)).toBe('2.1 MB');
  expect(formatBytes(900)).toBe('1 kB');
  expect(formatSeconds(11.2)).toBe('12 s');
  expect(formatSeconds(200)).toBe('3 min 20 s');
});

test('the pace follows the last seconds', () => {
  const meter = new PaceMeter();
  const state = { kind: 'reading' } as const;
  expect(meter.add({ received: 0, total: 1000, state }, 0)).toEqual({
    rate: undefined,
    secondsLeft: undefined,
  });
  expect(meter.add({ received: 100, total: 1000, state }, 1000)).toEqual({
    rate: 100,
    secondsLeft: 9,
  });
  for (let second = 2; second <= 20; second++) {
    meter.add({ received: 100, total: 1000, state }, second * 1000);
  }
  expect(meter.add({ received: 100, total: 1000, state }, 21_000).secondsLeft).toBeUndefined();
});

test('each way that a request fails has its own message', async () => {
  answer('no', { status: 404, statusText: 'Not Found' });
  await expect(request(URL)).rejects.toThrow(`${URL}: the server answered 404 Not Found`);
  answer('<html>', { headers: { 'Content-Type': 'text/html; charset=utf-8' } });
  await expect(request(URL)).rejects.toThrow('the server sent a web page in place of the file');
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  await expect(request(URL)).rejects.toThrow('Access-Control-Allow-Origin');
});

test('the length of a compressed transfer is not the file’s', () => {
  const headers = { 'Content-Length': '10', 'Content-Encoding': 'gzip' };
  expect(versionOf(new Response(null, { headers })).total).toBeUndefined();
});

const HEADER = JSON.stringify({
  __metadata__: { format: 'pt' },
  'h.0.attn.bias': { dtype: 'F32', shape: [1, 1, 100, 100], data_offsets: [0, 40_000] },
  'wte.weight': { dtype: 'F16', shape: [50, 40], data_offsets: [40_000, 44_000] },
  'ln_f.weight': { dtype: 'F32', shape: [40], data_offsets: [44_000, 44_160] },
});

/** A safetensors file, without what follows its header. */
function beginning(header: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.byteLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.byteLength), true);
  bytes.set(text, 8);
  return bytes;
}

test('the header tells how large the weights are, and in which numbers', () => {
  const fileBytes = 8 + HEADER.length + 44_160;
  expect(outlineOf(HEADER)).toEqual({
    fileBytes,
    f32Bytes: 2 * 4000 + 160,
    q8Bytes: 0,
    dtype: 'f16',
  });
  const q8 = '{"wte.weight": {"dtype": "U8", "shape": [36, 1000], "data_offsets": [0, 36000]}}';
  expect(outlineOf(q8)).toMatchObject({ f32Bytes: 128_000, q8Bytes: 128_000, dtype: 'q8_0' });
  for (const text of ['', '{"a": 1}', 'null', '{"a": {"dtype": "I64", "data_offsets": [0, 8]}}']) {
    expect(outlineOf(text)).toBeUndefined();
  }
});

const outlineAt = async (url: string) =>
  outlineOfAll([await remoteHeader(url, { pageOrigin: 'https://page.example' })]);

test('a look at a file reads no more than its header', async () => {
  const whole = new Uint8Array([...beginning(HEADER), ...new Uint8Array(200_000)]);
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(whole)));
  expect(await outlineAt(URL)).toEqual(outlineOf(HEADER));
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(whole.subarray(0, 100))));
  expect(await outlineAt(URL)).toBeUndefined();
});

test('numbers more exact than the file’s are not proposed', () => {
  expect(proposedDtype({ f32Bytes: 1e9 }, 2 ** 32, 'f16')).toBe('f16');
  expect(proposedDtype({ f32Bytes: 1e9 }, 2 ** 32, 'q8_0')).toBe('q8_0');
  expect(proposedDtype({ f32Bytes: 9e9 }, 2 ** 32, 'f16')).toBe('q8_0');
});
