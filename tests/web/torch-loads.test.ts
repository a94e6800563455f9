/** Files of PyTorch's, of which parts are read: loaded, kept, and gone on with wherever a load broke. */

import { beforeEach, expect, test, vi } from 'vitest';

import { type Spawned, spawnWriter } from '../../web/src/kept/spawn-writer';
import { findWeights } from '../../web/src/weights/find-weights';
import { localModel, modelFolders } from '../../web/src/weights/local-files';
import { outlineOf, wantedBefore } from '../../web/src/weights/outline';
import {
  HEAD,
  load,
  type Loaded,
  model,
  type Network,
  type Served,
  stubNetwork,
  TORCH,
  torchHeader,
  torchModel,
  writerHere,
} from './fake-load';
import { fakeStorage } from './fake-storage';

vi.mock('../../web/src/kept/manifest', async (original) => ({
  ...(await original<object>()),
  CHUNK_BYTES: 64,
}));
vi.mock('../../web/src/kept/spawn-writer', () => ({ spawnWriter: vi.fn() }));

const TENSORS: [number, number][] = [
  [20, 90],
  [100, 101],
  [140, 260],
];
const WHOLE = 300;
const FOLDER = 'https://models.example/gpt2/';

let network: Network;

function served(file = torchModel(WHOLE, TENSORS)): Served {
  const files: Served = { ...model(1), [TORCH]: file };
  delete files['model.safetensors'];
  return files;
}

function begin(files = served()) {
  vi.stubGlobal('navigator', fakeStorage().navigator);
  network = stubNetwork(files);
}

beforeEach(() => {
  begin();
  vi.mocked(spawnWriter).mockImplementation(() => writerHere() as unknown as Spawned);
});

function expectRight({ bytes }: Loaded, file: Buffer | undefined, tensors = TENSORS) {
  const parts = tensors.map(([from, to]) => file?.subarray(from, to) ?? Buffer.alloc(0));
  expect(bytes.equals(Buffer.concat([Buffer.from(HEAD), ...parts]))).toBe(true);
}

async function expectKept(file: Buffer | undefined) {
  network.files = undefined;
  const again = await load();
  expectRight(again, file);
  expect(again.notes).toEqual([]);
}

/** The ranges that are asked for from now on. */
function watchRanges(): string[] {
  const ranges: string[] = [];
  const whole = globalThis.fetch;
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    const range = new Headers(init.headers).get('Range');
    if (url.endsWith(TORCH)) ranges.push(range ?? 'all');
    return whole(url, init);
  });
  return ranges;
}

test('its tensors are read, kept, and open without a network', async () => {
  const file = network.files?.[TORCH];
  const ranges = watchRanges();
  const first = await load();
  expectRight(first, file);
  expect(first.notes).toEqual([]);
  const size = file?.length ?? 0;
  const said = `bytes=${WHOLE}-${size - 1}`;
  // Twice where it is, then its beginning, its end, and its tensors.
  expect(ranges).toEqual(['bytes=0-0', 'bytes=0-0', 'bytes=0-7', said, 'bytes=20-']);
  await expectKept(file);
});

test('wherever a load breaks, the next one goes on with what is kept', async () => {
  for (let at = 21; at < 260; at += 13) {
    begin();
    const file = network.files?.[TORCH];
    const whole = globalThis.fetch;
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      const range = new Headers(init.headers).get('Range') ?? '';
      if (!url.endsWith(TORCH) || range === 'bytes=0-0' || /^bytes=(0-7|300)/.test(range)) {
        return whole(url, init);
      }
      if (range !== 'bytes=20-') return new Response(null, { status: 404 });
      const { status, headers, body } = await whole(url, init);
      const bytes = await new Response(body).arrayBuffer();
      return new Response(bytes.slice(0, at - 20), { status, headers });
    });
    await expect(load(), `at ${at}`).rejects.toThrow('404');
    vi.stubGlobal('fetch', whole);
    const ranges = watchRanges();
    const again = await load();
    expectRight(again, file);
    expect(again.notes, `at ${at}`).toEqual([]);
    const kept = 64 * Math.floor((HEAD.length + bytesBefore(at)) / 64);
    const from = kept > 0 ? placeAfter(kept - HEAD.length) : 20;
    expect(ranges.at(-1), `at ${at}`).toBe(`bytes=${from}-`);
    await expectKept(file);
  }
});

const bytesBefore = (at: number) => wantedBefore(torchHeader(TENSORS), at);

/** Of the byte after so many of the tensors. */
function placeAfter(bytes: number): number {
  let left = bytes;
  for (const [from, to] of TENSORS) {
    if (left < to - from) return from + left;
    left -= to - from;
  }
  return WHOLE;
}

test('what lies far behind the tensor before it is asked for anew, and nothing between is read', async () => {
  const far = 3 * 2 ** 20;
  const tensors: [number, number][] = [
    [20, 90],
    [far, far + 500],
  ];
  const file = torchModel(far + 5000, tensors);
  begin(served(file));
  const ranges = watchRanges();
  const loaded = await load();
  expectRight(loaded, file, tensors);
  expect(ranges.slice(-2)).toEqual(['bytes=20-', `bytes=${far}-`]);
});

test('a server that sends files whole is told, and what to do', async () => {
  const whole = globalThis.fetch;
  vi.stubGlobal('fetch', (url: string) => whole(url, {}));
  await expect(load()).rejects.toThrow(
    /pytorch_model.bin: its server sends files whole.*download it/,
  );
});

test('a checkpoint says its sizes, with and without a config.json beside it', async () => {
  const file = torchModel(WHOLE, TENSORS, '{"of": "the file"}');
  for (const beside of [{}, { 'config.json': Buffer.from('{"of": "another"}') }]) {
    begin({ 'ckpt.pt': file, ...beside });
    const loaded = await load();
    expectRight(loaded, file);
    expect(loaded.texts).toEqual({ 'config.json': '{"of": "the file"}' });
  }
  await expectKept(file);
});

test('in several files each is read in its turn, and kept', async () => {
  const names = ['pytorch_model-1-of-2.bin', 'pytorch_model-2-of-2.bin'];
  const files = names.map((_, index) => torchModel(WHOLE, TENSORS, '', index));
  const weight_map = Object.fromEntries(names.map((name, index) => [`tensor.${index}`, name]));
  const index = { [`${TORCH}.index.json`]: Buffer.from(JSON.stringify({ weight_map })) };
  const all = {
    ...served(),
    ...index,
    ...Object.fromEntries(names.map((name, at) => [name, files[at] ?? Buffer.alloc(0)])),
  };
  delete (all as Served)[TORCH];
  begin(all);
  const { bytes } = await load();
  expect(bytes.length).toBe(2 * (HEAD.length + bytesBefore(WHOLE)));
  network.files = undefined;
  expect((await load()).bytes.equals(bytes)).toBe(true);
});

test('a look finds it where there is no safetensors, and tells how large the file is', async () => {
  const options = { pageOrigin: 'https://page.example' };
  const found = await findWeights({ folder: FOLDER }, options);
  const bytes = network.files?.[TORCH]?.length;
  expect(found).toEqual({ files: [TORCH], outline: undefined, bytes });
  network.files = { 'ckpt.pt': Buffer.alloc(10), 'config.json': Buffer.alloc(1) };
  expect(await findWeights({ folder: FOLDER }, options)).toMatchObject({ files: ['ckpt.pt'] });
  network.files = { 'config.json': Buffer.alloc(1) };
  await expect(findWeights({ folder: FOLDER }, options)).rejects.toThrow(
    /model.safetensors: the server answered 404.*nor is there any of .*pytorch_model.bin,.*ckpt.pt/,
  );
});

test('its outline has what is read of it, masks and what is there twice left out', () => {
  const header = JSON.stringify({
    __metadata__: { format: 'torch', data_begin: '0', alignment: '1' },
    'transformer.wte.weight': { dtype: 'F16', shape: [10, 4], data_offsets: [64, 144] },
    'lm_head.weight': { dtype: 'F16', shape: [10, 4], data_offsets: [64, 144] },
    'transformer.h.0.attn.attention.bias': { dtype: 'BOOL', shape: [8], data_offsets: [192, 200] },
    'transformer.ln_f.weight': { dtype: 'F16', shape: [4], data_offsets: [256, 264] },
  });
  expect(outlineOf(header)).toEqual({ fileBytes: 88, f32Bytes: 176, q8Bytes: 0, dtype: 'f16' });
  expect(wantedBefore(header, 260)).toBe(84);
});

test('of this machine’s files it is the one in the folder, else each by itself with what is beside it', async () => {
  const file = network.files?.[TORCH];
  const chosen = (path: string) => ({
    path,
    open: () =>
      Promise.resolve(
        new File(path.endsWith('.json') ? ['{}'] : [new Uint8Array(file ?? [])], path),
      ),
  });
  const folder = modelFolders(
    ['x/config.json', `x/${TORCH}`, 'x/optimizer.pt', 'x/training_args.bin'].map(chosen),
  );
  expect(folder.folders.map(({ path }) => path)).toEqual(['x']);
  const single = modelFolders(
    ['y/a.bin', 'y/config.json', 'y/vocab.json', 'y/optimizer.pt'].map(chosen),
  );
  expect(single.isClear).toBe(true);
  expect([...(single.folders[0]?.files.keys() ?? [])]).toEqual([
    'config.json',
    'vocab.json',
    'a.bin',
  ]);
  const several = modelFolders(['z/a.pt', 'z/b.pt', 'z/config.json'].map(chosen));
  expect(several.folders.map(({ path }) => path)).toEqual(['z/a.pt', 'z/b.pt']);
  const runs = modelFolders(['r/training_args.bin', 'r/c-1/model.safetensors'].map(chosen));
  expect(runs.folders.map(({ path }) => path)).toEqual(['r/c-1']);
  const [of] = folder.folders;
  if (!of) throw new Error('no model');
  expectRight(await load('f32', { local: await localModel(of) }), file);
  const alone = await localModel(modelFolders([chosen('a.bin')]).folders[0] ?? of);
  await expect(load('f32', { local: alone })).rejects.toThrow(
    'a.bin does not say its model’s sizes; expected its config.json beside it',
  );
});
