/** A GGUF, which is all of a model in one file: by its address, over a connection that breaks, and from the disk. */

import { readFileSync } from 'node:fs';

import { type Misbehaviour, type ModelServer, serveModel } from './model-server';
import { EMBEDDED, ggufModel } from './models';
import type { Cell } from './cells';
import { expect, type PatchboardPage, test } from './patchboard-page';

// The browser itself writes these about connections that end.
test.use({ allowedErrors: /Failed to load resource|ERR_/ });

const F32 = 'model.f32.gguf';
const Q8_0 = 'model.q8_0.gguf';

let server: ModelServer;

test.afterEach(async () => {
  await server.close();
});

async function serve(how: Misbehaviour = {}) {
  server = await serveModel(ggufModel(), how);
}

const addressOf = (name: string) => server.address + name;
const link = (name: string) => `?model=${encodeURIComponent(addressOf(name))}`;
const filesAsked = () => new Set(server.exchanges.map(({ file }) => file));

async function heatmap(patchboard: PatchboardPage): Promise<Cell[]> {
  await patchboard.run();
  return patchboard.values();
}

test('a link to one loads it with no other file, keeps it, and opens it without its server', async ({
  patchboard,
}) => {
  await serve();
  await patchboard.openReady(link(Q8_0));
  await patchboard.expectInUse(`In use: ${addressOf(Q8_0)}`);
  await patchboard.expectInUse('these are q8_0 weights: 8.5 bits a number');
  expect(filesAsked()).toEqual(new Set([Q8_0]));
  await expect(patchboard.dtypeSelect).toHaveValue('f32');
  const cells = await heatmap(patchboard);
  await patchboard.expectKept(1);
  await server.close();
  await patchboard.openReady(link(Q8_0));
  await patchboard.expectInUse('these are q8_0 weights');
  expect(await heatmap(patchboard)).toEqual(cells);
  await expect(patchboard.alerts).toHaveCount(0);
});

test('one that was rounded is compared with what it was made from, once that is kept here', async ({
  patchboard,
}) => {
  await serve();
  await patchboard.openReady(link(Q8_0));
  await patchboard.expectInUse(`In use: ${addressOf(Q8_0)}`);
  await patchboard.run();
  const drift = patchboard.page.getByRole('region', { name: 'Comparison with f32' });
  await expect(drift).toContainText('What q8_0 changes');
  await expect(drift).toContainText('These weights were rounded before they came here.');
  await patchboard.load(addressOf(F32));
  await patchboard.expectInUse(`In use: ${addressOf(F32)}`);
  await patchboard.expectKept(2);
  await expect(drift).toHaveCount(0);
  await patchboard.load(addressOf(Q8_0));
  await patchboard.expectInUse(`In use: ${addressOf(Q8_0)}`);
  await patchboard.run();
  await expect(drift.getByLabel('Made from').locator('option')).toHaveText([addressOf(F32)]);
  await drift.getByRole('button', { name: 'Compare with f32' }).click();
  await expect(drift).toContainText(/Clean run: a logit changes by at most\s+0\.\d+/);
  await expect(drift).toContainText('Corrupted run');
});

test('of f32 its map is that of the same weights in safetensors, to the last digit', async ({
  patchboard,
}) => {
  await serve();
  await patchboard.openReady();
  await patchboard.load(addressOf(F32));
  await patchboard.expectInUse(`In use: ${addressOf(F32)}`);
  const cells = await heatmap(patchboard);
  const folder = await serveModel(EMBEDDED);
  await patchboard.openReady(`?model=${encodeURIComponent(folder.address)}&dtype=f32`);
  await patchboard.expectInUse(`In use: ${folder.address}`);
  expect(await heatmap(patchboard)).toEqual(cells);
  await folder.close();
});

test('one whose connection breaks again and again is whole in the end', async ({ patchboard }) => {
  const bytes = readFileSync(`${ggufModel()}/${F32}`).length;
  await serve({ dropEvery: Math.ceil(bytes / 4) });
  await patchboard.openReady();
  await patchboard.load(addressOf(F32));
  await patchboard.expectInUse(`In use: ${addressOf(F32)}`, 60_000);
  expect(server.requests).toBeGreaterThanOrEqual(4);
  expect(filesAsked()).toEqual(new Set([F32]));
  await patchboard.run();
  await expect(patchboard.alerts).toHaveCount(0);
});

test('one that was broken off is continued at the next visit', async ({ patchboard }) => {
  const name = 'large.gguf';
  await serve({ slow: { file: name, pieces: 40, pauseMs: 250 } });
  await patchboard.openReady();
  await patchboard.load(addressOf(name));
  await expect(patchboard.page.getByText(/3[6-9] MB of 40 MB/)).toBeVisible({ timeout: 30_000 });
  await patchboard.page.getByRole('button', { name: 'Cancel loading' }).click();
  server.how = {};
  server.exchanges.length = 0;
  await patchboard.openReady();
  await patchboard.load(addressOf(name));
  await patchboard.expectInUse(`In use: ${addressOf(name)}`);
  const rest = server.exchanges.filter(({ sent }) => sent > 1_000_000);
  expect(rest.map(({ headers }) => headers.range)).toEqual([
    expect.stringMatching(/^bytes=3\d{7}-$/),
  ]);
  await patchboard.run();
});

const WRONG: [what: string, file: () => Buffer, message: RegExp][] = [
  ['of another architecture', () => architecture('llam'), /`general.architecture` is "llam"/],
  ['that ends early', () => whole().subarray(0, 200_000), /the file ends at byte 200000/],
  ['that is none', () => Buffer.from('GGUF\u0007\0\0\0'), /version 7, expected 2 or 3|ends after/],
];

const whole = () => readFileSync(`${ggufModel()}/${F32}`);

function architecture(name: string): Buffer {
  const file = whole();
  file.write(name, file.indexOf('gpt2'));
  return file;
}

for (const [what, file, message] of WRONG) {
  test(`a GGUF ${what} is refused in one line`, async ({ patchboard }) => {
    await serve({ replace: { [F32]: file() } });
    await patchboard.openReady();
    await patchboard.load(addressOf(F32));
    await expect(patchboard.alerts.filter({ hasText: message })).toBeVisible();
    await patchboard.expectInUse('This is not GPT-2.');
    server.how = {};
    await patchboard.loadButton.click();
    await patchboard.expectInUse(`In use: ${addressOf(F32)}`);
  });
}

test('a GGUF that is chosen as the model, or opened as any file, opens without a folder', async ({
  patchboard,
}) => {
  test.setTimeout(60_000);
  await serve();
  const { page } = patchboard;
  await patchboard.openReady();
  await patchboard.show('Model');
  await patchboard.modelSelect.selectOption('disk');
  await page.getByLabel('Files', { exact: true }).setInputFiles(`${ggufModel()}/${Q8_0}`);
  await page.getByRole('button', { name: /^Load \d/ }).click();
  await expect(page.getByText(`In use: a model from this disk (${Q8_0})`)).toBeVisible();
  await expect(page.getByText('these are q8_0 weights')).toBeVisible();
  const cells = await heatmap(patchboard);
  await patchboard.openReady();
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByLabel('A file').setInputFiles(`${ggufModel()}/${Q8_0}`);
  await page.getByRole('button', { name: /^Load \d/ }).click();
  await expect(page.getByText(`In use: a model from this disk (${Q8_0})`)).toBeVisible();
  expect(await heatmap(patchboard)).toEqual(cells);
});
