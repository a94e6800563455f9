/**
 * Writes a corpus of what the command and the page write today: `node tests/old/make.mjs tests/old/NAME`.
 * What is there is never written again: it has to open as it is. See README.md.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from '@playwright/test';
import { createServer, preview } from 'vite';

import { DOCUMENTS, LINKS, PAIRS, PARTIAL, SAVED_BY_THE_PAGE, TEMPLATES } from './cases.mjs';

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const COMMAND = path('build/native/bin/patchboard');

const [out] = process.argv.slice(2);
if (!out || existsSync(out)) throw new Error('expected the name of a folder that is not there yet');
for (const folder of ['documents', 'command', 'page', 'pairs']) {
  mkdirSync(join(out, folder), { recursive: true });
}
cpSync(path('tools/embedded-model/model'), join(out, 'model'), {
  recursive: true,
  filter: (name) => !/(results|heads)\.json$/.test(name),
});

const patchboard = (...args) => execFileSync(COMMAND, args, { encoding: 'utf8' });
const write = (name, content) =>
  writeFileSync(
    join(out, name),
    typeof content === 'string' ? content : `${JSON.stringify(content, null, 1)}\n`,
  );

for (const [name, document, more = []] of DOCUMENTS) {
  write(`documents/${name}.json`, document);
  const file = join(out, `documents/${name}.json`);
  write(`command/${name}.json`, patchboard('patch', '--json', '--experiment', file, ...more));
}

for (const [file, content] of PAIRS) write(`pairs/${file}`, content);
write(
  'pairs.json',
  PAIRS.map(([file]) => {
    const set = JSON.parse(patchboard('pairs', '--json', join(out, 'pairs', file)));
    const pairs = set.pairs.map(({ name, targets, results }) => ({
      name,
      targets,
      prob: results.sweeps[0].prob,
    }));
    return { file, tokens: set.tokens, pairs, left_out: set.left_out.map(({ name }) => name) };
  }),
);

write(
  'templates.json',
  TEMPLATES.map((text) => {
    const { fillings, others, tokens } = JSON.parse(
      patchboard('template', text, '--json', '--target', ' Jones'),
    );
    return { template: text, tokens, fillings, others };
  }),
);

const modules = await createServer({ root: path('web'), server: { middlewareMode: true } });
const load = (name) => modules.ssrLoadModule(`/src/experiment/${name}.ts`);
const [{ fromQuery }, { DEFAULTS, settled, documentOf }] = [
  await load('address'),
  await load('defaults'),
];
write(
  'links.json',
  LINKS.map(([name, query]) => {
    const { experiment, problems, ...opened } = fromQuery(query, DEFAULTS);
    if (problems.length > 0) throw new Error(`${name}: ${problems.join('; ')}`);
    return { name, query, opened, document: JSON.parse(documentOf(settled(experiment))) };
  }),
);
await modules.close();

/** Runs what a link says, to its end or as far as the first rows, and saves it as people do. */
async function saveResult(browser, address, { query, file, isCancelled = false }) {
  const page = await browser.newPage();
  await page.goto(`${address}${query}`);
  const run = page.getByRole('button', { name: 'Run', exact: true });
  await run.click();
  if (isCancelled) {
    await page.locator('progress').waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  }
  const status = page.locator(`[data-status="${isCancelled ? 'cancelled' : 'done'}"]`);
  await status.waitFor({ state: 'attached', timeout: 60_000 });
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'JSON', exact: true }).click();
  await (await download).saveAs(join(out, file));
  await page.close();
}

const server = await preview({ root: path('web'), preview: { port: 0 } });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--no-sandbox'],
});
const address = server.resolvedUrls.local[0];
for (const [name, query] of LINKS.filter(([name]) => SAVED_BY_THE_PAGE.includes(name))) {
  await saveResult(browser, address, { query, file: `page/${name}.json` });
}
await saveResult(browser, address, {
  query: PARTIAL,
  file: 'partial.json',
  isCancelled: true,
});
await browser.close();
await server.close();
