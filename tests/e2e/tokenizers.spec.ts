/** Models with tokenizers of other layouts, with none, and with GPT-2's own in the place of one. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { COMMAND, patchExperiment } from './command';
import { serveModel } from './model-server';
import { bareModel, EMBEDDED, tokenizerJson } from './models';
import { expect, type PatchboardPage, test } from './patchboard-page';

const GPT2 = 50257;

interface Prediction {
  tokens: { id: number; text: string }[];
}

const predicted = (...args: string[]) =>
  JSON.parse(
    execFileSync(COMMAND, ['predict', '--json', ...args], { encoding: 'utf8' }),
  ) as Prediction;

const at = (address: string, rest = '') => `?model=${encodeURIComponent(address)}${rest}`;

const wordsOf = (patchboard: PatchboardPage, run: 'clean' | 'corrupted') =>
  patchboard.page.getByRole('group', { name: `Words of the ${run} prompt` }).locator('[data-word]');

const openMap = async (patchboard: PatchboardPage, query: string) => {
  await patchboard.open(query);
  await expect(patchboard.runButton).toBeEnabled({ timeout: 60_000 });
};

test('a model with tokenizer.json alone loads, splits as with its two files, and opens again without its server', async ({
  patchboard,
}) => {
  const two = await serveModel(EMBEDDED);
  const whole = { 'tokenizer.json': tokenizerJson(EMBEDDED) };
  const one = await serveModel(EMBEDDED, {
    replace: whole,
    status: { 'vocab.json': 404, 'merges.txt': 404 },
  });
  const prompts = '&clean=Michelle+Jones+was&corrupted=Michelle+Smith+was&target=+Jones';
  await openMap(patchboard, at(two.address, prompts));
  await expect(wordsOf(patchboard, 'clean')).not.toHaveCount(0);
  const expected = await wordsOf(patchboard, 'clean').allTextContents();
  await openMap(patchboard, at(one.address, prompts));
  await expect.poll(() => wordsOf(patchboard, 'clean').allTextContents()).toEqual(expected);
  await expect
    .poll(() => one.exchanges.map(({ file }) => file))
    .toEqual(expect.arrayContaining(['vocab.json', 'merges.txt', 'tokenizer.json']));
  await patchboard.show('Model');
  await patchboard.expectKept(2);
  await one.close();
  await openMap(patchboard, at(one.address, prompts));
  await expect.poll(() => wordsOf(patchboard, 'clean').allTextContents()).toEqual(expected);
  await two.close();
});

test('a model without a tokenizer takes ids, and says what it lacks', async ({ patchboard }) => {
  const { page } = patchboard;
  const folder = bareModel(2048);
  const server = await serveModel(folder);
  await openMap(patchboard, at(server.address));
  const told = page.getByRole('note').filter({ hasText: 'There is no tokenizer beside' });
  await expect(told).toBeVisible();
  await expect(told.getByRole('button', { name: 'Use GPT-2’s tokenizer' })).toHaveCount(0);
  await expect(page.getByText(/No map yet\. .*no tokenizer/)).toBeVisible();
  await told.getByRole('button', { name: 'Begin with ids' }).click();
  await patchboard.finish();
  await expect(wordsOf(patchboard, 'clean')).toContainText(['#1', '#2', '#3', '#4']);
  await page.getByRole('button', { name: 'Edit the ids of the clean prompt' }).click();
  const ids = page.getByLabel('Token ids of the clean prompt');
  await ids.fill('Jones');
  await expect(page.getByText('“Jones” is no list of ids')).toBeVisible();
  await ids.fill('1, 7, 3, 4');
  await ids.press('Enter');
  await patchboard.finish();
  await expect(wordsOf(patchboard, 'clean').nth(1)).toContainText('#7');
  await wordsOf(patchboard, 'clean').nth(1).click();
  await page.getByLabel('type another').fill('9');
  await page.getByRole('button', { name: 'Use', exact: true }).click();
  await expect(wordsOf(patchboard, 'clean').nth(1)).toContainText('#9');
  await patchboard.finish();
  const cells = (await patchboard.values()).filter(({ target }) => target.startsWith('#'));
  expect(cells.length).toBeGreaterThan(0);
  const target = Number(cells[0]?.target.slice(1));
  const native = patchExperiment(folder, {
    patchboard: 1,
    clean: [1, 9, 3, 4],
    corrupted: [1, 5, 3, 4],
    targets: [target],
  });
  for (const { layer, position, prob } of cells.filter((cell) => cell.target === `#${target}`)) {
    const value = native.results.sweeps[0]?.prob[0]?.[layer]?.[position] ?? NaN;
    expect(Math.abs(prob - value)).toBeLessThanOrEqual(1e-5);
  }
  await server.close();
});

test('GPT-2’s tokenizer comes with a click, gives the command’s ids, and is named from then on', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  const folder = bareModel(GPT2);
  const server = await serveModel(folder);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const text = 'IEEE VIS conference<|endoftext|> won';
  const prompts = `&clean=${encodeURIComponent(text)}&corrupted=${encodeURIComponent(text.replace('won', 'lost'))}`;
  await openMap(patchboard, at(server.address, prompts));
  const button = page.getByRole('button', { name: 'Use GPT-2’s tokenizer' });
  await expect(button).toBeVisible();
  expect(asked.filter((path) => path.includes('tokenizers/'))).toEqual([]);
  await button.click();
  const { tokens } = predicted('--model', folder, '--tokenizer', 'gpt2', '--text', text);
  await expect(wordsOf(patchboard, 'clean')).toHaveCount(tokens.length);
  await patchboard.finish();
  expect(asked.filter((path) => path.includes('tokenizers/'))).toEqual([
    '/tokenizers/gpt2/merges.txt',
  ]);
  await expect(page.getByRole('banner')).toContainText('with GPT-2’s tokenizer');
  await expect(page.getByText('There is no tokenizer beside')).toHaveCount(0);
  await expect.poll(() => page.url()).toContain('tokenizer=gpt2');

  await patchboard.show('Share');
  const download = page.waitForEvent('download');
  await patchboard.part('Share').getByRole('button', { name: 'JSON' }).click();
  const saved = JSON.parse(readFileSync(await (await download).path(), 'utf8')) as {
    model: { label: string; tokenizer: string };
    tokens: { clean: { id: number }[] };
  };
  expect(saved.tokens.clean.map(({ id }) => id)).toEqual(tokens.map(({ id }) => id));
  expect(saved.model).toMatchObject({ tokenizer: 'gpt2' });
  expect(saved.model.label).toContain('with GPT-2’s tokenizer');

  // Its link brings it along.
  await openMap(patchboard, at(server.address, `&tokenizer=gpt2${prompts}`));
  await expect(wordsOf(patchboard, 'clean')).toHaveCount(tokens.length);
  await server.close();
});

test('a folder with tokenizer.json alone is chosen from the disk', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openScene();
  await patchboard.show('Open');
  const file = (name: string, buffer: Buffer) => ({ name, mimeType: '', buffer });
  const own = (name: string) => file(name, readFileSync(join(EMBEDDED, name)));
  await page
    .getByLabel('A file', { exact: true })
    .setInputFiles([
      own('config.json'),
      own('model.safetensors'),
      file('tokenizer.json', Buffer.from(tokenizerJson(EMBEDDED))),
    ]);
  await expect(patchboard.part('Model')).toBeVisible();
  await patchboard.loadButton.click();
  await expect(page.getByRole('banner').getByRole('button').first()).toContainText(
    'a model from this disk',
  );
  await expect(page.getByText('There is no tokenizer beside')).toHaveCount(0);
  await expect(wordsOf(patchboard, 'clean')).not.toHaveCount(0);
});
