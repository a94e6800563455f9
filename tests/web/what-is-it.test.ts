import { expect, test } from 'vitest';

import { textOf, whatIsIt } from '../../web/src/opening/what-is-it';
import { corpora, oldFiles, oldText } from './old-files';

test.each(oldFiles('documents'))('$name is an experiment', ({ name, text }) => {
  expect(whatIsIt(name, text)).toEqual({ kind: 'experiment' });
});

test.each([...oldFiles('page'), ...oldFiles('command')])(
  '$name is a saved result',
  ({ name, text }) => {
    expect(whatIsIt(name, text)).toEqual({ kind: 'saved result' });
  },
);

test.each(oldFiles('pairs'))('$name is a set of pairs', ({ name, text }) => {
  expect(whatIsIt(name, text)).toEqual({ kind: 'pairs' });
});

const templates = corpora.flatMap(
  (corpus) => JSON.parse(oldText(`${corpus}/templates.json`)) as { template: string }[],
);
test.each(templates.filter(({ template }) => template.includes('|')))(
  '$template is a template',
  ({ template }) => {
    expect(whatIsIt('', template)).toEqual({ kind: 'template' });
  },
);

test.each([
  ['gpt2/config.json', '{"n_layer": 12}', 'model'],
  ['renamed.json', '{"model_type": "gpt2", "n_layer": 12}', 'model'],
  ['vocab.json', '{"a": 1}', 'model'],
  ['a/model.safetensors', '', 'model'],
  ['model-00001-of-00002.safetensors', '', 'model'],
  ['pytorch_model.bin', '', 'model'],
  ['run/ckpt.pt', '', 'model'],
  ['', '{Anna|Bob} was here', 'template'],
  ['', '\uFEFF{"patchboard": 1}', 'experiment'],
  ['pairs.csv', 'clean;corrupted\na;b', 'pairs'],
])('%s with %s is a %s', (name, text, kind) => {
  expect(whatIsIt(name, text)).toEqual({ kind });
});

test.each([
  ['{"clean": "a",', 'not JSON: '],
  ['{}', 'an empty object, expected an experiment or a saved result as JSON'],
  ['{"a": 1, "b": 2}', 'an object with a, b, expected an experiment'],
  [' \n', 'it is empty, expected'],
  ['Michelle Jones was here.', 'a text without any slot, expected'],
])('%s is nothing that opens, and why is told', (text, why) => {
  expect(whatIsIt('notes.txt', text)).toEqual({
    kind: 'unknown',
    why: expect.stringContaining(why),
  });
});

test('a file that is no text in UTF-8 is refused with its name', async () => {
  const file = (...bytes: number[]) => ({
    name: 'a.png',
    arrayBuffer: () => Promise.resolve(Uint8Array.from(bytes).buffer),
  });
  await expect(textOf(file(0xff, 0xfe))).rejects.toThrow('a.png: not a text in UTF-8');
  await expect(textOf(file(0xef, 0xbb, 0xbf, 0xc3, 0xa9))).resolves.toBe('é');
});

test.each([
  ['[1, 2]', 'a list that begins with a number'],
  ['["Jones", "Smith"]', 'a list that begins with a string'],
])('a list of anything but pairs is none: %s', (text, why) => {
  expect(whatIsIt('list.json', text)).toMatchObject({
    kind: 'unknown',
    why: expect.stringContaining(why) as string,
  });
});

test('what is too long for a box of the page is refused before it is put there', () => {
  const pair = { clean: 'Jones', corrupted: 'Smith' };
  const pairs = JSON.stringify(Array<object>(40_000).fill(pair));
  expect(whatIsIt('pairs.json', pairs)).toMatchObject({
    kind: 'unknown',
    why: expect.stringMatching(
      /^1,[\d,]+ characters of prompt pairs, more than the 1,000,000/,
    ) as string,
  });
  expect(whatIsIt('pairs.json', JSON.stringify([pair])).kind).toBe('pairs');
  expect(whatIsIt('', `{Jones|Smith}${' was here'.repeat(120_000)}`).kind).toBe('unknown');
});
