import { entriesIn } from '../../web/src/browser/dropped';
import { expect, test } from 'vitest';

import {
  type ChosenFile,
  chosenFiles,
  droppedFiles,
  localBytes,
  localModel,
  modelFolders,
} from '../../web/src/weights/local-files';

/** A file whose content is its path, so that it tells where it comes from. */
function chosen(path: string, content = path): ChosenFile {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return { path, open: () => Promise.resolve(new File([content], name)) };
}

const TEXTS = ['config.json', 'vocab.json', 'merges.txt'];
const texts = (folder: string) => TEXTS.map((name) => chosen(folder + name));
const whole = (folder: string) => [...texts(folder), chosen(`${folder}model.safetensors`)];

async function only(files: readonly ChosenFile[]) {
  const { isClear, folders } = modelFolders(files);
  expect(isClear).toBe(true);
  expect(folders).toHaveLength(1);
  const [folder] = folders;
  if (!folder) throw new Error('no folder');
  return localModel(folder);
}

async function origins({ config, tokenizer, weights }: Awaited<ReturnType<typeof only>>) {
  const files = [...(config ? [config] : []), ...Object.values(tokenizer), ...weights];
  return Promise.all(files.map((file) => file.text()));
}

test('files or a folder of files are a model, whole or in parts', async () => {
  const plain = await only([...whole(''), chosen('README.md')]);
  expect(plain.weights.map(({ name }) => name)).toEqual(['model.safetensors']);
  expect(localBytes(plain)).toBe('model.safetensors'.length);
  const index = JSON.stringify({ weight_map: { b: 'two', a: 'one', c: 'two' } });
  const parts = ['gpt2/two', 'gpt2/one'].map((path) => chosen(path));
  const sharded = await only([
    ...texts('gpt2/'),
    ...parts,
    chosen('gpt2/model.safetensors.index.json', index),
  ]);
  expect(sharded.weights.map(({ name }) => name)).toEqual(['one', 'two']);
  expect(sharded.folder).toBe('gpt2');
});

test('a folder’s own files are the model, whatever lies in folders below it and in any order', async () => {
  const own = whole('gpt2/');
  const below = [...whole('gpt2/checkpoint-500/'), chosen('gpt2/onnx/config.json')];
  for (const files of [
    [...own, ...below],
    [...below, ...own],
  ]) {
    expect(await origins(await only(files))).toEqual(own.map(({ path }) => path));
  }
});

test('where the weights are in folders below alone, somebody is asked which', () => {
  const checkpoints = ['run/checkpoint-1000/', 'run/checkpoint-500/'].flatMap(whole);
  const asked = modelFolders([...texts('run/'), ...checkpoints]);
  expect(asked.isClear).toBe(false);
  expect(asked.folders.map(({ path }) => path)).toEqual([
    'run/checkpoint-500',
    'run/checkpoint-1000',
  ]);
  // The one below does not get the config of the one above either.
  const one = modelFolders([...texts('run/'), chosen('run/checkpoint-500/model.safetensors')]);
  expect(one.isClear).toBe(false);
  expect(one.folders).toHaveLength(1);
});

test('two folders that are dropped at once are two models', () => {
  const { isClear, folders } = modelFolders([...whole('a/'), ...whole('b/')]);
  expect(isClear).toBe(false);
  expect(folders.map(({ path }) => path)).toEqual(['a', 'b']);
});

test('no model is put together from the files of two folders', async () => {
  const all = ['', 'a/', 'b/', 'a/c/'].flatMap((folder) =>
    [...TEXTS, 'model.safetensors'].map((name) => folder + name),
  );
  // Each choice of files of four folders in which a file is left out here and there.
  for (let seed = 1; seed < 500; seed++) {
    const left = all.filter((_, at) => (Math.imul(seed, at * 2654435761 + 97) >>> 13) % 4 !== 0);
    for (const folder of modelFolders(left.map((path) => chosen(path))).folders) {
      const model = await localModel(folder).catch((error: unknown) => String(error));
      if (typeof model === 'string') {
        expect(model).toContain('is not among the files chosen');
        continue;
      }
      for (const path of await origins(model)) {
        expect(path.slice(0, Math.max(path.lastIndexOf('/'), 0))).toBe(model.folder);
      }
    }
  }
});

test('the same name twice is refused', () => {
  expect(() => modelFolders([...whole(''), chosen('config.json')])).toThrow(
    'two files called config.json were chosen',
  );
});

test('what is missing is named, and where', async () => {
  await expect(only(texts(''))).rejects.toThrow(
    'model.safetensors is not among the files chosen (config.json, vocab.json, merges.txt)',
  );
  await expect(only([chosen('gpt2/model.safetensors')])).rejects.toThrow(
    'config.json is not among the files chosen (model.safetensors in gpt2)',
  );
  const index = (text: string) => [...texts(''), chosen('model.safetensors.index.json', text)];
  await expect(only(index('{"weight_map": {"a": "one"}}'))).rejects.toThrow(
    'one is not among the files',
  );
  for (const text of ['[]', 'x', '{"weight_map": {}}', '{"weight_map": []}']) {
    await expect(only(index(text))).rejects.toThrow('expected {"weight_map"');
  }
});

test('a chosen folder’s files have their path in it', () => {
  const file = new File([], 'config.json');
  Object.defineProperty(file, 'webkitRelativePath', { value: 'gpt2/onnx/config.json' });
  const paths = chosenFiles([file, new File([], 'vocab.json')]).map(({ path }) => path);
  expect(paths).toEqual(['gpt2/onnx/config.json', 'vocab.json']);
});

/** A folder that gives its entries in parts, as Chromium does after a hundred. */
function entry(path: string, below?: object[], part = 2) {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!below) {
    const file = (resolve: (file: File) => void) => {
      resolve(new File([path], name));
    };
    return { isDirectory: false, isFile: true, name, fullPath: path, file };
  }
  let given = 0;
  const readEntries = (resolve: (entries: object[]) => void) => {
    resolve(below.slice(given, (given += part)));
  };
  const createReader = () => ({ readEntries });
  return { isDirectory: true, isFile: false, name, fullPath: path, createReader };
}

test('all of a dropped folder is read, in however many parts it comes', async () => {
  const below = Array.from({ length: 7 }, (_, at) => entry(`/gpt2/file-${at}`));
  const inner = entry('/gpt2/onnx', [entry('/gpt2/onnx/config.json')]);
  const item = { webkitGetAsEntry: () => entry('/gpt2', [...below, inner]) };
  const text = { webkitGetAsEntry: () => null };
  const files = await droppedFiles(entriesIn({ items: [item, text] } as unknown as DataTransfer));
  expect(files.map(({ path }) => path)).toEqual([
    ...below.map(({ fullPath }) => fullPath.slice(1)),
    'gpt2/onnx/config.json',
  ]);
  expect(await (await files[7]?.open())?.text()).toBe('/gpt2/onnx/config.json');
  expect(entriesIn(null)).toEqual([]);
});
