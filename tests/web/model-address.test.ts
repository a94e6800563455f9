import { describe, expect, test } from 'vitest';

import { digestInPointer, pointerAddress } from '../../web/src/weights/digest';
import { FILES, INDEX } from '../../web/src/weights/files';
import { fileAddress, folderAddress } from '../../web/src/weights/model-address';

const BASE = 'http://localhost/page/?clean=x#here';
const HUB = 'https://huggingface.co/';
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
    // The oldest repositories have no owner.
    [`${HUB}gpt2`, `${HUB}gpt2/resolve/main/`],
    [`${HUB}gpt2/tree/607a30d`, `${HUB}gpt2/resolve/607a30d/`],
    ['hf.co/gpt2', 'http://localhost/page/hf.co/gpt2/'],
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
    expect(folderAddress(text, BASE)).toBe(folder);
  });
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
          expect(folderAddress(`${GPT2}/${form}${tail}`, BASE)).toBe(expected);
        }
      }
      // What was understood once is understood the same again: links carry it.
      expect(folderAddress(expected, BASE)).toBe(expected);
    }
  }
});

test('a page of a repository without a revision is its main branch', () => {
  for (const page of ['', '/', '/tree/main', '/tree/main/', '?library=transformers']) {
    expect(folderAddress(GPT2 + page, BASE)).toBe(`${GPT2}/resolve/main/`);
  }
});

test.each([
  ['', 'there is no address'],
  ['  ', 'there is no address'],
  ['file:///etc', 'expected http:// or https://'],
  ['http://', 'is not an address'],
  ['https://me:secret@example.org/gpt2/', 'a user name or a password'],
  [
    'https://example.org/gpt2/pytorch_model.bin',
    'is the file pytorch_model.bin, expected a folder',
  ],
  ['https://example.org/gpt2.safetensors?download=1', 'is the file gpt2.safetensors'],
  [HUB, 'shows no model'],
  [`${GPT2}/commits/main`, 'shows no model'],
  [`${GPT2}/discussions/12`, 'shows no model'],
  [`${GPT2}/blob/main/README.md`, 'shows no model'],
  [`${GPT2}/raw/main`, 'shows no model'],
  [`${GPT2}/resolve/main/pytorch_model.bin`, 'is the file pytorch_model.bin'],
])('%s is refused, and nothing else loaded in its place', (text, message) => {
  expect(() => folderAddress(text, BASE)).toThrow(message);
});

test('a file’s address is the folder’s with its name in the path, whatever follows the path', () => {
  expect(fileAddress('https://example.org/gpt2/', 'config.json')).toBe(
    'https://example.org/gpt2/config.json',
  );
  expect(fileAddress('https://example.org/gpt2/?key=a%2Fb', 'model.safetensors')).toBe(
    'https://example.org/gpt2/model.safetensors?key=a%2Fb',
  );
  for (const address of ['https://example.org/m?x=/y#z', `${GPT2}/tree/v1/sub?x=1`]) {
    const folder = new URL(folderAddress(address, BASE));
    const file = new URL(fileAddress(folder.href, 'vocab.json'));
    expect(file.pathname).toBe(`${folder.pathname}vocab.json`);
    expect(file.search).toBe(folder.search);
    expect(folderAddress(file.href, BASE)).toBe(folder.href);
  }
});

test('the checksum asked for is of the revision and folder that are loaded', () => {
  const folder = folderAddress(`${GPT2}/tree/v2/sub`, BASE);
  expect(pointerAddress(folder)).toBe(`${GPT2}/raw/v2/sub/model.safetensors`);
  expect(digestInPointer('nothing')).toBeUndefined();
});
