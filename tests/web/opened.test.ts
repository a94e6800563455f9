/** Each kind of file through the reader of “Open”: where in the page it goes. */

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { openedFiles, openedText } from '../../web/src/opening/opened';
import { savedJson } from '../../web/src/taking/saved';
import type { ChosenFile } from '../../web/src/weights/local-files';
import { savedExample } from './example-result';
import { oldFiles } from './old-files';

const tools = new URL('../../tools/', import.meta.url);
const inTools = (path: string) => fileURLToPath(new URL(path, tools));

const fileOf = (path: string, text: string | Uint8Array<ArrayBuffer>): ChosenFile => ({
  path,
  open: () => Promise.resolve(new File([text], basename(path))),
});
const onDisk = (path: string) => fileOf(path, readFileSync(inTools(path), 'utf8'));

const kindOf = async (...files: ChosenFile[]) => (await openedFiles(files)).kind;

test('a document and a saved result become the scene', async () => {
  const [document] = oldFiles('documents');
  const opened = await openedFiles([fileOf('surname.json', document!.text)]);
  if (opened.kind !== 'document') throw new Error(opened.kind);
  expect(opened.document.saved).toBeUndefined();
  const saved = await openedFiles([fileOf('result.json', savedJson(savedExample(), 'abc'))]);
  if (saved.kind !== 'document') throw new Error(saved.kind);
  expect(saved.document.saved?.result.experiment.clean).toBe('Jones a');
  expect(saved.document.model?.digest).toBe('abc');
});

const sets = readdirSync(inTools('experiments')).filter((name) => name.endsWith('.json'));

test.each(sets)('the set of pairs %s goes to the sets, as it is', async (name) => {
  const file = onDisk(`experiments/${name}`);
  const text = readFileSync(inTools(`experiments/${name}`), 'utf8');
  expect(await openedFiles([file])).toEqual({ kind: 'pairs', text });
});

test('a set as CSV, and a template, go to their parts, from a file and pasted', async () => {
  const csv = 'name,clean,corrupted,target\nJones,a Jones,a Smith, Jones';
  const template = 'Michelle {Jones|Smith} was here. Michelle';
  for (const text of [csv, template]) {
    const kind = text === csv ? 'pairs' : 'template';
    expect(openedText('', text)).toEqual({ kind, text });
    expect(await openedFiles([fileOf('some.txt', text)])).toEqual({ kind, text });
  }
});

test('a model’s files go to the model, in a folder, alone, or by what is in them', async () => {
  const folder = readdirSync(inTools('embedded-model/model')).map((name) =>
    fileOf(`gpt2/${name}`, ''),
  );
  expect(await openedFiles(folder)).toEqual({ kind: 'model', files: folder });
  expect(await kindOf(fileOf('gpt2/config.json', '{"n_layer": 12}'))).toBe('model');
  expect(await kindOf(fileOf('model-00001-of-00002.safetensors', ''))).toBe('model');
  expect(await kindOf(fileOf('mine.json', '{"model_type": "gpt2"}'))).toBe('model');
});

test('what does not open is told with its name, what it is and what would be right', async () => {
  await expect(kindOf(fileOf('notes.txt', 'Michelle was here.'))).rejects.toThrow(
    'notes.txt was not opened: a text without any slot, expected an experiment or a saved result',
  );
  await expect(kindOf(fileOf('a.png', Uint8Array.of(0x89, 0x50)))).rejects.toThrow(
    'a.png was not opened: a.png: not a text in UTF-8',
  );
  await expect(kindOf(fileOf('bad.json', '{"patchboard": 1, "clean": 3}'))).rejects.toThrow(
    'bad.json was not opened: experiment, "clean": 3, expected a text or a list of token ids',
  );
  await expect(kindOf(fileOf('a/a.json', '{}'), fileOf('a/b.json', '{}'))).rejects.toThrow(
    '2 files, none of a model and no answers; expected one, a model’s folder or a class’s answers',
  );
  expect(() => openedText('', '{"n_layer": 12}')).toThrow('a part of a model');
});
