/** The rule that keeps folders of the page without circles. */

import { readdirSync, readFileSync } from 'node:fs';

import { type ESLint, Linter } from 'eslint';
import { expect, test } from 'vitest';

const SOURCES = new URL('../../web/src/', import.meta.url);
const { default: rules } = (await import(new URL('../eslint-rules.js', SOURCES).href)) as {
  default: ESLint.Plugin;
};
const ORDER = ['errors', 'result', 'picture'];

/** What is said of a file with this import. */
function saidOf(folder: string, code: string): (string | undefined)[] {
  const file = new URL(`${folder}/file.js`, SOURCES).pathname;
  return new Linter({ cwd: SOURCES.pathname })
    .verify(
      code,
      { plugins: { patchboard: rules }, rules: { 'patchboard/folder-order': ['error', ORDER] } },
      file,
    )
    .map(({ messageId, message }) => messageId ?? message);
}

test('a folder imports from those above it in the table, and from itself', () => {
  expect(saidOf('picture', "import '../result/cells'; import './layout';")).toEqual([]);
  expect(saidOf('picture', "import { expect } from 'vitest';")).toEqual([]);
});

test('an import against the order is an error, however it is written', () => {
  for (const code of [
    "import { theme } from '../picture/theme';",
    "export * from '../picture/theme';",
    "export { theme } from '../picture/theme';",
    "const theme = import('../picture/theme');",
    "new Worker(new URL('../picture/theme', import.meta.url));",
  ]) {
    expect(saidOf('result', code)).toEqual(['above']);
  }
});

test('a folder without a row is named, and no folder imports the page', () => {
  expect(saidOf('result', "import '../scene/map';")).toEqual(['unlisted']);
  expect(saidOf('result', "import '../app.svelte';")).toEqual(['page']);
});

test('each folder of the page has one row in the table', () => {
  const table = readFileSync(new URL('README.md', SOURCES), 'utf8');
  const rows = Array.from(table.matchAll(/^\| `([^`/]+)\/`/gm), ([, folder]) => folder);
  const folders = readdirSync(SOURCES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect([...rows].sort()).toEqual(folders.sort());
});
