/** Which model the page loads by itself, and what it asks before. */

import { beforeEach, expect, test, vi } from 'vitest';

import { keptCopies } from '../../web/src/kept/kept-models';
import { newManifest } from '../../web/src/kept/manifest';
import { DISK, ModelChoice, OTHER } from '../../web/src/state/model-choice.svelte';
import type { ModelSource } from '../../web/src/weights/sources';
import type { ModelShelf } from '../../web/src/state/model-shelf.svelte';
import { LARGEST_MEMORY } from '../../web/src/weights/dtype';
import { findWeights } from '../../web/src/weights/find-weights';
import { outlineOf } from '../../web/src/weights/outline';

vi.mock('../../web/src/kept/kept-models', () => ({ keptCopies: vi.fn() }));
vi.mock('../../web/src/weights/find-weights', () => ({ findWeights: vi.fn() }));

const BASE = 'http://localhost/page/';
const FOLDER = 'https://example.org/gpt2/';
const MEGABYTE = 1e6;

const headerOf = (bytes: number) =>
  JSON.stringify({ 'wte.weight': { dtype: 'F32', shape: [bytes / 4], data_offsets: [0, bytes] } });

function shelfOf() {
  const load = vi.fn(() => Promise.resolve());
  const shelf = { load, memory: LARGEST_MEMORY, problem: undefined, loading: undefined };
  return { shelf: shelf as unknown as ModelShelf, load };
}

function opened(id: string, dtype?: 'f32' | 'f16' | 'q8_0') {
  const { shelf, load } = shelfOf();
  return { choice: new ModelChoice(shelf, { model: id, dtype }, BASE), shelf, load };
}

function serverTells(bytes: number | undefined) {
  const outline = bytes === undefined ? undefined : outlineOf(headerOf(bytes));
  vi.mocked(findWeights).mockResolvedValue({ files: ['model.safetensors'], outline });
}

function kept(dtype: 'f32' | 'f16' | 'q8_0', bytes: number) {
  const manifest = newManifest(FOLDER, FOLDER, dtype);
  vi.mocked(keptCopies).mockResolvedValue([
    { ...manifest, header: headerOf(bytes), complete: true },
  ]);
}

beforeEach(() => {
  vi.mocked(keptCopies).mockResolvedValue([]);
  vi.mocked(findWeights).mockReset().mockRejectedValue(new Error('could not be reached'));
});

test('a link loads a small model by itself', async () => {
  serverTells(2 * MEGABYTE);
  const { choice, load } = opened(FOLDER);
  await choice.open();
  expect(load).toHaveBeenCalledOnce();
});

test.each([
  ['a large model', 548 * MEGABYTE],
  ['a model whose size nobody can tell', undefined],
])('a link to %s waits for a click', async (_, bytes) => {
  serverTells(bytes);
  const { choice, shelf, load } = opened(FOLDER);
  await choice.open();
  expect(load).not.toHaveBeenCalled();
  expect(shelf.problem).toBeUndefined();
  expect(choice.isSizeUnknown).toBe(bytes === undefined);
  expect(choice.fileBytes === undefined).toBe(bytes === undefined);
  await choice.load();
  expect(load).toHaveBeenCalledOnce();
});

test('what was found is taken by a load, and looked for again by one after a load that failed', async () => {
  serverTells(2 * MEGABYTE);
  const { choice, shelf, load } = opened(FOLDER);
  load.mockImplementationOnce(() => {
    shelf.problem = 'a file is wrong';
    return Promise.resolve();
  });
  await choice.open();
  await choice.load();
  const files = load.mock.calls.map(([source]: unknown[]) => (source as ModelSource).files);
  expect(files).toEqual([['model.safetensors'], undefined]);
});

test('a model that is kept opens without asking anybody, however large', async () => {
  kept('f16', 6430 * MEGABYTE);
  const { choice, shelf, load } = opened(FOLDER);
  await choice.open();
  expect(findWeights).not.toHaveBeenCalled();
  expect(shelf.problem).toBeUndefined();
  expect(load).toHaveBeenCalledWith(expect.objectContaining({ folder: FOLDER }), 'f16');
});

test('a published model that is kept opens by itself, in the numbers of the link alone', async () => {
  const manifest = newManifest(
    'https://huggingface.co/openai-community/gpt2/resolve/main/',
    '',
    'f16',
  );
  vi.mocked(keptCopies).mockResolvedValue([{ ...manifest, complete: true }]);
  const inOthers = opened('gpt2', 'q8_0');
  await inOthers.choice.open();
  expect(inOthers.load).not.toHaveBeenCalled();
  const inThese = opened('gpt2', 'f16');
  await inThese.choice.open();
  expect(inThese.load).toHaveBeenCalledOnce();
});

test('a page opened with files asks for them again, and for nothing else', async () => {
  const { choice, shelf, load } = opened('files');
  await choice.open();
  expect(choice.selected).toBe(DISK);
  expect(choice.asksAgain).toBe(true);
  expect(shelf.problem).toBeUndefined();
  expect(load).not.toHaveBeenCalled();
  expect(findWeights).not.toHaveBeenCalled();
});

test('what a server tells of one address is not taken for another’s', async () => {
  let tell: (found: Awaited<ReturnType<typeof findWeights>>) => void = () => undefined;
  vi.mocked(findWeights).mockReturnValueOnce(
    new Promise((resolve) => {
      tell = resolve;
    }),
  );
  const { choice } = opened('embedded');
  choice.selected = OTHER;
  choice.typed = 'https://example.org/slow/';
  const slow = choice.look();
  await vi.waitFor(() => expect(findWeights).toHaveBeenCalledOnce());
  serverTells(548 * MEGABYTE);
  choice.typed = FOLDER;
  await choice.look();
  tell({ files: ['model.safetensors'], outline: outlineOf(headerOf(2 * MEGABYTE)) });
  await slow;
  expect(choice.sizes?.f32Bytes).toBe(548 * MEGABYTE);
  choice.typed = 'https://example.org/third/';
  await choice.load();
  expect(choice.typed).toBe('https://example.org/third/');
});

function chosen(path: string) {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return { path, open: () => Promise.resolve(new File([path], name)) };
}

const model = (folder: string) =>
  ['config.json', 'vocab.json', 'merges.txt', 'model.safetensors'].map((name) =>
    chosen(folder + name),
  );

test('several models in a folder are a question, and the answer is what loads', async () => {
  const { choice, shelf, load } = opened('embedded');
  await choice.chooseFiles([...model('run/checkpoint-500/'), ...model('run/checkpoint-1000/')]);
  expect(shelf.problem).toBeUndefined();
  expect(choice.files).toBeUndefined();
  await choice.load();
  expect(load).not.toHaveBeenCalled();
  expect(choice.folders).toHaveLength(2);
  const [, second] = choice.folders;
  if (second) await choice.chooseFolder(second);
  await choice.load();
  expect(choice.files?.local?.folder).toBe('run/checkpoint-1000');
  expect(load).toHaveBeenCalledWith(choice.files, 'f32');
});

test('files that are no model leave none chosen before', async () => {
  const { choice, shelf } = opened('files');
  await choice.chooseFiles(model('gpt2/'));
  expect(choice.files).toBeDefined();
  expect(choice.asksAgain).toBe(false);
  await choice.chooseFiles([chosen('a.txt')]);
  expect(choice.files).toBeUndefined();
  expect(shelf.problem).toContain('is not among the files chosen (a.txt)');
});
