import { describe, expect, test } from 'vitest';

import { digestInPointer, pointerAddress } from '../../web/src/weights/digest';
import { FILES, INDEX } from '../../web/src/weights/files';
import { fileAddress, modelAddress } from '../../web/src/weights/model-address';

const BASE = 'http://localhost/page/?clean=x#here';
const HUB = 'https://huggingface.co/';
const folderAddress = (text: string) => modelAddress(text, BASE).folder;
const GPT2 = `${HUB}openai-community/gpt2`;

describe('an address is taken for the folder that it names', () => {
  test.each([
    ['https://example.org/gpt2', 'https://example.org/gpt2/'],
    [' https://example.org/gpt2/ ', 'https://example.org/gpt2/'],
    ['https://example.org', 'https://example.org/'],
    ['https://example.org/gpt2/config.json', 'https://example.org/gpt2/'],
    ['https://example.org/gpt2/vocab.json', 'https://example.org/gpt2/'],
    [`https://example.org/gpt2/${INDEX}`, 'https://example.org/gpt2/'],
    ['https://example.org/gpt2/model-00001-of-00002.safetensors', 'https://example.org/gpt2/'],
    ['https://example.org/v1.5', 'https://example.org/v1.5/'],
    ['https://example.org/a b/#files', 'https://example.org/a%20b/'],
    ['https://example.org/gpt2?key=1', 'https://example.org/gpt2/?key=1'],
    ['https://example.org/gpt2/config.json?key=1#L3', 'https://example.org/gpt2/?key=1'],
    ['models/mine', 'http://localhost/page/models/mine/'],
    ['models/mine/?v=2', 'http://localhost/page/models/mine/?v=2'],
    // Two names are an owner and a model, unless something says that they are folders.
    ['./my/gpt2', 'http://localhost/page/my/gpt2/'],
    ['/my/gpt2/', 'http://localhost/my/gpt2/'],
    ['my/gpt2/model.safetensors', 'http://localhost/page/my/gpt2/'],
    ['gpt2/model.safetensors', 'http://localhost/page/gpt2/'],
    ['my-gpt2', 'http://localhost/page/my-gpt2/'],
    // Without what browsers do not show.
    ['example.org/gpt2', 'https://example.org/gpt2/'],
    ['example.org:8080/a/config.json', 'https://example.org:8080/a/'],
    ['localhost:8000', 'http://localhost:8000/'],
    ['127.0.0.1:8000/gpt2/', 'http://127.0.0.1:8000/gpt2/'],
    // The oldest repositories have no owner.
    [`${HUB}gpt2`, `${HUB}gpt2/resolve/main/`],
    [`${HUB}gpt2/tree/607a30d`, `${HUB}gpt2/resolve/607a30d/`],
    ['hf.co/gpt2', `${HUB}gpt2/resolve/main/`],
    ['https://hf.co/openai-community/gpt2', `${GPT2}/resolve/main/`],
    ['http://www.huggingface.co/openai-community/gpt2', `${GPT2}/resolve/main/`],
    [`${HUB}datasets/me/models/tree/main/gpt2`, `${HUB}datasets/me/models/resolve/main/gpt2/`],
    [`${GPT2}/tree/refs/pr/7`, `${GPT2}/resolve/refs%2Fpr%2F7/`],
    [`${GPT2}/tree/refs%2Fpr%2F7/onnx`, `${GPT2}/resolve/refs%2Fpr%2F7/onnx/`],
    [
      `${HUB}stanford-crfm/a/tree/checkpoint-400000`,
      `${HUB}stanford-crfm/a/resolve/checkpoint-400000/`,
    ],
    [`${GPT2}/tree/main/checkpoint-1000`, `${GPT2}/resolve/main/checkpoint-1000/`],
    [`${GPT2}/resolve/main/model.safetensors?download=true`, `${GPT2}/resolve/main/`],
  ])('%s', (text, folder) => {
    expect(folderAddress(text)).toBe(folder);
  });
});

test.each([
  ['https://example.org/m/pytorch_model.bin', 'https://example.org/m/pytorch_model.bin'],
  ['https://example.org/run/ckpt.pt?key=1', 'https://example.org/run/ckpt.pt?key=1'],
  [`${HUB}me/old/resolve/main/pytorch_model.bin`, 'me/old/blob/main/pytorch_model.bin'],
  ['https://example.org/m/gpt2.q8_0.gguf', 'https://example.org/m/gpt2.q8_0.gguf'],
  ['https://example.org/m/a.gguf?key=1', 'https://example.org/m/a.gguf?key=1'],
  ['models/a.gguf', 'http://localhost/page/models/a.gguf'],
  [`${HUB}me/gpt2-GGUF/blob/main/gpt2.Q8_0.gguf`, 'me/gpt2-GGUF/blob/main/gpt2.Q8_0.gguf'],
  [`${HUB}me/gpt2-GGUF/resolve/main/a.gguf?download=true`, 'me/gpt2-GGUF/blob/main/a.gguf'],
  ['me/gpt2-GGUF/blob/1a2b/in/a.gguf', 'me/gpt2-GGUF/blob/1a2b/in/a.gguf'],
])('a GGUF or a file of PyTorch’s is named by its own address: %s', (text, id) => {
  const address = modelAddress(text, BASE);
  expect(address.id).toBe(id);
  expect(address.file).toBe(text.replace(/^.*\/|[?].*$/g, ''));
  expect(modelAddress(id, BASE)).toEqual(address);
});

test('revision and folder stay as they are in every form in which Hugging Face names them', () => {
  const revisions = [
    'main',
    'checkpoint-400000',
    'v1.5',
    '607a30d783dfa663caf39e06633721c8d4cfcd7e',
  ];
  const folders = ['', 'checkpoint-1000', 'a/b', 'tree/main', 'resolve'];
  const tails = ['', '?download=true', '#L1', '?a=b&c=d#e'];
  for (const revision of revisions) {
    for (const folder of folders) {
      const path = [revision, ...folder.split('/').filter(Boolean)].join('/');
      const expected = `${GPT2}/resolve/${path}/`;
      const files = Object.values<string>(FILES);
      const forms = [
        ...['tree', 'resolve'].flatMap((view) => [`${view}/${path}`, `${view}/${path}/`]),
        ...['blob', 'resolve', 'raw'].flatMap((view) =>
          files.map((file) => `${view}/${path}/${file}`),
        ),
      ];
      for (const form of forms) {
        for (const tail of tails) {
          expect(folderAddress(`${GPT2}/${form}${tail}`)).toBe(expected);
        }
      }
      // What was understood once is understood the same again: links carry it.
      expect(folderAddress(expected)).toBe(expected);
    }
  }
});

describe('a link calls a model by the shortest that names it, and reads it again as the same', () => {
  const FILE = 'gpt2.safetensors';
  test.each([
    ['openai-community/gpt2', 'openai-community/gpt2', 'resolve/main/'],
    ['openai-community/gpt2/', 'openai-community/gpt2', 'resolve/main/'],
    ['openai-community/gpt2?library=transformers', 'openai-community/gpt2', 'resolve/main/'],
    [GPT2, 'openai-community/gpt2', 'resolve/main/'],
    ['huggingface.co/openai-community/gpt2/', 'openai-community/gpt2', 'resolve/main/'],
    ['hf.co/openai-community/gpt2#files', 'openai-community/gpt2', 'resolve/main/'],
    [`${GPT2}/tree/main`, 'openai-community/gpt2', 'resolve/main/'],
    [`${GPT2}/blob/main/model.safetensors`, 'openai-community/gpt2', 'resolve/main/'],
    ['openai-community/gpt2/blob/main/config.json', 'openai-community/gpt2', 'resolve/main/'],
    ['openai-community/gpt2/tree/v1', 'openai-community/gpt2/tree/v1', 'resolve/v1/'],
    [
      `${GPT2}/tree/main/onnx/a%20b`,
      'openai-community/gpt2/tree/main/onnx/a%20b',
      'resolve/main/onnx/a%20b/',
    ],
    [`${GPT2}/resolve/v1/sub/${INDEX}`, 'openai-community/gpt2/tree/v1/sub', 'resolve/v1/sub/'],
    [
      `${GPT2}/tree/refs/pr/7`,
      'openai-community/gpt2/tree/refs%2Fpr%2F7',
      'resolve/refs%2Fpr%2F7/',
    ],
    [
      `${GPT2}/blob/v1/sub/${FILE}`,
      `openai-community/gpt2/blob/v1/sub/${FILE}`,
      'resolve/v1/sub/',
      FILE,
    ],
    [
      `${GPT2}/resolve/main/${FILE}?download=true`,
      `openai-community/gpt2/blob/main/${FILE}`,
      'resolve/main/',
      FILE,
    ],
  ])('%s', (text, id, folder, file?: string) => {
    const address = { id, folder: `${GPT2}/${folder}`, ...(file && { file }) };
    expect(modelAddress(text, BASE)).toEqual(address);
    expect(modelAddress(id, BASE)).toEqual(address);
  });

  test.each([
    ['https://example.org/a/gpt2.safetensors', 'https://example.org/a/', FILE],
    ['example.org/a/gpt2.safetensors', 'https://example.org/a/', FILE],
    ['https://example.org/a/gpt2.safetensors?key=1', 'https://example.org/a/?key=1', FILE],
    ['./a/gpt2-00001-of-00002.safetensors', 'http://localhost/page/a/', `${FILE}.index.json`],
    [
      'https://example.org/a/my%20gpt2.safetensors',
      'https://example.org/a/',
      'my gpt2.safetensors',
    ],
  ])('%s, of weights with a name of their own', (text, folder, file) => {
    const id = fileAddress(folder, file);
    expect(modelAddress(text, BASE)).toEqual({ id, folder, file });
    expect(modelAddress(id, BASE)).toEqual({ id, folder, file });
  });

  test.each(['https://example.org/gpt2/?key=1', `${HUB}gpt2/tree/main`, 'http://localhost/a/b/'])(
    '%s is called by its address in full',
    (id) => {
      expect(modelAddress(id, BASE).id).toBe(id);
    },
  );
});

test('a page of a repository without a revision is its main branch', () => {
  for (const page of ['', '/', '/tree/main', '/tree/main/', '?library=transformers']) {
    expect(folderAddress(GPT2 + page)).toBe(`${GPT2}/resolve/main/`);
  }
});

test.each([
  ['', 'there is no address'],
  ['  ', 'there is no address'],
  ['file:///etc', 'expected http:// or https://'],
  ['http://', 'is not an address'],
  ['https://me:secret@example.org/gpt2/', 'a user name or a password'],
  ['https://example.org/gpt2/model.onnx', 'is the file model.onnx, expected a folder'],
  ['gpt2/model.onnx', 'is the file model.onnx'],
  [HUB, 'shows no model'],
  [`${GPT2}/commits/main`, 'shows no model'],
  [`${GPT2}/discussions/12`, 'shows no model'],
  [`${GPT2}/blob/main/README.md`, 'shows no model'],
  [`${GPT2}/raw/main`, 'shows no model'],
  [`${GPT2}/resolve/main/model.onnx`, 'is the file model.onnx'],
])('%s is refused, and nothing else loaded in its place', (text, message) => {
  expect(() => folderAddress(text)).toThrow(message);
});

test('a file’s address is the folder’s with its name in the path, whatever follows the path', () => {
  expect(fileAddress('https://example.org/gpt2/', 'config.json')).toBe(
    'https://example.org/gpt2/config.json',
  );
  expect(fileAddress('https://example.org/gpt2/?key=a%2Fb', 'model.safetensors')).toBe(
    'https://example.org/gpt2/model.safetensors?key=a%2Fb',
  );
  for (const address of ['https://example.org/m?x=/y#z', `${GPT2}/tree/v1/sub?x=1`]) {
    const folder = new URL(folderAddress(address));
    const file = new URL(fileAddress(folder.href, 'vocab.json'));
    expect(file.pathname).toBe(`${folder.pathname}vocab.json`);
    expect(file.search).toBe(folder.search);
    expect(folderAddress(file.href)).toBe(folder.href);
  }
});

test('the checksum asked for is of the revision and folder that are loaded', () => {
  const folder = folderAddress(`${GPT2}/tree/v2/sub`);
  expect(pointerAddress(folder, FILES.weights)).toBe(`${GPT2}/raw/v2/sub/model.safetensors`);
  expect(digestInPointer('nothing')).toBeUndefined();
});
