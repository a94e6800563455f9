/** The scene: what is seen without an action, and what a click or two change. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { patchExperiment } from './command';
import { dragBox } from './map-cell';
import { EMBEDDED } from './models';
import { expect, type PatchboardPage, test } from './patchboard-page';

/** left, top, width and height of its cells. */
async function cellsOf(patchboard: PatchboardPage): Promise<number[]> {
  const canvas = patchboard.page.locator('main canvas').first();
  return ((await canvas.getAttribute('data-cells')) ?? '').split(' ').map(Number);
}

test('a word and a name in its menu give a new finished map, whose targets followed', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  const history = page.getByRole('list', { name: 'History' }).getByRole('listitem');
  await expect(history.first()).toContainText('Jones / Smith');
  await page.getByRole('button', { name: '·Smith, position 1' }).click();
  const menu = page.getByRole('dialog', { name: /^Another word for ·Smith/ });
  // Told while it is typed.
  await menu.getByLabel('type another').fill('Xyzzyqwv');
  await expect(menu.getByRole('status')).toContainText(/tokens in this model, and ·Smith is 1: /);
  await menu.getByLabel('type another').fill('Adams');
  await expect(menu.getByRole('status')).toHaveText('·Adams fits.');
  await menu.getByRole('button', { name: 'Brown', exact: true }).click();
  await expect(page.getByRole('button', { name: /^The corrupted run says ·Brown/ })).toBeVisible();
  await expect.poll(() => page.url()).toContain('target=+Jones&target=+Brown');
  await patchboard.finish();
  await expect(history).toHaveCount(2);
  await expect(history.first()).toContainText('Jones / Brown');

  await page.goBack();
  const smith = page.getByRole('button', { name: /^The corrupted run says ·Smith/ });
  await expect(smith).toBeVisible();
  await expect(patchboard.status).toContainText('From the history');
  await page.reload();
  await expect(smith).toBeVisible();
  await expect(history).toHaveCount(2);
  await history.filter({ hasText: 'Jones / Brown' }).getByRole('button').first().click();
  await expect(page.getByRole('button', { name: /^The corrupted run says ·Brown/ })).toBeVisible();
  await expect(history).toHaveCount(2);
});

test('the first row is what entered the first layer, and the saved result is the command’s', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  const map = page.getByRole('application').first();
  await map.press('PageUp');
  await map.press('Home');
  await map.press('ArrowRight');
  const story = page.getByRole('region', { name: 'Map' }).locator('[aria-live]');
  await expect(story).toContainText(/^1\.00 of the gap: Input of layer 0, position 1/);
  await patchboard.show('Share');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'JSON', exact: true }).first().click();
  const saved = JSON.parse(readFileSync(await (await download).path(), 'utf8')) as {
    sites: unknown[];
    results: { sweeps: { site: string; prob: number[][][] }[] };
  };
  expect(saved.sites).toEqual(['resid_post', { site: 'resid_pre', layers: [0, 1] }]);
  const { sweeps } = patchExperiment(EMBEDDED, saved).results;
  saved.results.sweeps.forEach((sweep, index) => {
    const native = sweeps[index]?.prob.flat(2) ?? [];
    sweep.prob.flat(2).forEach((value, cell) => {
      if (value !== null) expect(Math.abs(value - (native[cell] ?? NaN))).toBeLessThanOrEqual(1e-5);
    });
  });
});

test('a cell is held by a click, is in the link, and Back lets it go', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  const map = page.getByRole('application').first();
  await map.press('PageUp');
  await map.press('Home');
  await map.press('ArrowDown');
  await map.press('ArrowRight');
  await map.press('Enter');
  const panel = page.getByRole('complementary', { name: 'The chosen cell' });
  await expect(panel.getByRole('heading').first()).toContainText('after layer 0, at “·Jones”');
  await expect(panel).toContainText('this one vector from the clean run says “·Jones”');
  await expect(panel.getByRole('group', { name: 'P(·Jones)' })).toContainText('patched');
  await expect(panel).toContainText(
    'Heads of layer 0, each alone: its z at all positions, from the clean run',
  );
  await expect(panel).toContainText('Neurons that differ most');
  await expect.poll(() => page.url()).toContain('cell=resid_post%2Cdenoising%2C0%2C%2C1');
  // The head whose attention is drawn is in the link as well.
  await panel.getByRole('button', { name: /^0\.1/ }).click();
  await expect.poll(() => page.url()).toContain('cell=resid_post%2Cdenoising%2C0%2C1%2C1');
  await expect(panel).toContainText('Where head 0.1 looks');
  const link = page.url();
  await page.goBack();
  await expect.poll(() => page.url()).toContain('cell=resid_post%2Cdenoising%2C0%2C%2C1');
  await page.goBack();
  await expect.poll(() => page.url()).not.toContain('cell=');
  await expect(panel.getByRole('button', { name: 'Let the cell go' })).toHaveCount(0);
  await page.goto('about:blank');
  await page.goto(link);
  await expect(panel.getByRole('heading').first()).toContainText('after layer 0, at “·Jones”');
  await expect(panel).toContainText('Where head 0.1 looks');
});

test('a saved result that is opened becomes the scene without a run', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openFinished('?site=attn_out&direction=noising');
  await patchboard.show('Share');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'JSON', exact: true }).first().click();
  const file = await (await download).path();
  await patchboard.openFinished();
  await patchboard.show('Open');
  await page.getByLabel('A file').setInputFiles({
    name: 'result.json',
    mimeType: 'application/json',
    buffer: readFileSync(file),
  });
  await expect(page.getByLabel('Where is patched')).toHaveValue('attn_out');
  await expect(page.getByRole('button', { name: 'noise', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await expect(patchboard.status).toHaveText('Numbers from a file, as they were saved.');
  await page.getByRole('button', { name: 'Compute here and compare' }).press('Enter');
  await expect(page.getByText(/^Computed here: the same, \d+ numbers/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Show the file’s numbers' })).toBeFocused();
  await patchboard.show('Open');
  await page.getByLabel('Or paste it').fill('{"patchboard": 1, "clean": "a", "sites": ["resid"]}');
  await page.getByRole('button', { name: 'Open it' }).click();
  await expect(patchboard.alerts).toContainText('What was pasted was not opened');

  const pairs = 'name,clean,corrupted,target\nJones,a Jones,a Smith, Jones';
  await page.getByLabel('Or paste it').fill(pairs);
  await page.getByRole('button', { name: 'Open it' }).click();
  await expect(patchboard.part('More')).toBeVisible();
  await expect(page.getByLabel('Pairs, as JSON or CSV')).toHaveValue(pairs);

  await patchboard.show('Open');
  const files = ['config.json', 'vocab.json', 'merges.txt', 'model.safetensors'];
  await page
    .getByLabel('A file', { exact: true })
    .setInputFiles(files.map((name) => join(EMBEDDED, name)));
  await expect(patchboard.part('Model')).toBeVisible();
  await expect(patchboard.loadButton).toBeEnabled();
  await patchboard.loadButton.click();
  await expect(page.getByRole('banner').getByRole('button').first()).toContainText(
    'a model from this disk',
  );
});

test('the logit lens is written into the cells of the same map', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  const before = await cellsOf(patchboard);
  await page.getByLabel('What is written in the cells').selectOption('clean');
  // Words need more room than values.
  await expect.poll(async () => (await cellsOf(patchboard))[3]).not.toBe(before[3]);
  await expect(patchboard.alerts).toHaveCount(0);
});

test('a region is drawn over the map by drag and by keys, shown on it, and taken away', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  const area = page.getByRole('region', { name: 'Map' });
  const history = page.getByRole('list', { name: 'History' }).getByRole('listitem');
  await expect(history.first()).toContainText('Jones / Smith');
  // Below the row of the input.
  await dragBox(page, patchboard.maps.first(), [2, 1], [3, 3]);
  await expect(area).toContainText('layers 1–2, positions 1–3');
  await expect(area).toContainText('The row of the input, above layer 0, is not in it.');
  await expect.poll(() => page.url()).toContain('layers=1-2&positions=1-3');
  await expect(page.getByText('All 6 cells in')).toBeVisible();
  await expect(history.first()).toContainText('layers 1–2, positions 1–3');
  // A drag holds no cell.
  expect(page.url()).not.toContain('cell=');
  await area.getByRole('button', { name: 'Compute everything' }).click();
  // It was computed before.
  await expect(patchboard.status).toContainText('From the history');
  const map = page.getByRole('application').first();
  await map.press('PageUp');
  await map.press('Home');
  await map.press('ArrowRight');
  await page.keyboard.down('Shift');
  await map.press('ArrowRight');
  await map.press('ArrowDown');
  // Given up, and drawn again.
  await map.press('Escape');
  await page.keyboard.up('Shift');
  await expect(area.getByRole('button', { name: 'Compute everything' })).toHaveCount(0);
  await page.keyboard.down('Shift');
  await map.press('ArrowRight');
  await page.keyboard.up('Shift');
  await expect(area).toContainText(/layer 0, positions \d–\d/);
});
