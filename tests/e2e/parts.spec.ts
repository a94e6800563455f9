/** The page's other parts: looking closer, many prompts, the report, two results compared, and what is taken along. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { axeFindings } from './accessible';
import { EMBEDDED, LAYERS } from './models';
import { expect, type PatchboardPage, test } from './patchboard-page';

const COMMAND = new URL('../../build/native/bin/patchboard', import.meta.url).pathname;

async function part(patchboard: PatchboardPage, name: string) {
  await patchboard.show('More');
  await patchboard.page.getByRole('tab', { name }).click();
}

async function saved(patchboard: PatchboardPage, button: string): Promise<string> {
  await patchboard.show('Share');
  const download = patchboard.page.waitForEvent('download');
  await patchboard.page.getByRole('button', { name: button, exact: true }).first().click();
  return (await download).path();
}

test('saved JSON gives the same numbers when the native command replays it', async ({
  patchboard,
}) => {
  await patchboard.openReady('?site=resid_post&site=pattern&direction=denoising&direction=noising');
  await patchboard.run();
  const file = await saved(patchboard, 'JSON');
  const replay = ['replay', '--json', '--model', EMBEDDED, file];
  const report = JSON.parse(execFileSync(COMMAND, replay, { encoding: 'utf8' })) as {
    same: boolean;
    same_model: boolean;
  };
  expect(report).toMatchObject({ same: true, same_model: true });
  const digest = (JSON.parse(readFileSync(file, 'utf8')) as { model: { digest: string } }).model
    .digest;
  expect(digest).toMatch(/^[0-9a-f]{16}$/);
});

test('pictures and tables are saved with their settings', async ({ patchboard }) => {
  await patchboard.openReady();
  await patchboard.run();
  const csv = readFileSync(await saved(patchboard, 'CSV'), 'utf8');
  expect(csv.trim().split('\n')).toHaveLength(1 + 2 * (LAYERS + 1) * 10);
  const page = patchboard.page;
  await patchboard.show('More');
  const svg = page.waitForEvent('download');
  await page
    .getByRole('button', { name: /^Save .* as SVG$/ })
    .first()
    .click();
  const picture = readFileSync(await (await svg).path(), 'utf8');
  expect(picture).toContain('<svg');
  expect(picture).toContain('Michelle Jones');
  const png = page.waitForEvent('download');
  await page
    .getByRole('button', { name: /^Save .* as PNG$/ })
    .first()
    .click();
  const bytes = readFileSync(await (await png).path());
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(bytes.byteLength).toBeGreaterThan(5000);
});

test('the experiment is copied as a program for TransformerLens', async ({
  patchboard,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await patchboard.openReady();
  await patchboard.run();
  await patchboard.show('Share');
  await patchboard.page.getByRole('button', { name: 'Copy as TransformerLens' }).click();
  const program = await patchboard.page.evaluate(() => navigator.clipboard.readText());
  expect(program).toContain('from transformer_lens.model_bridge import TransformerBridge');
  expect(program).toContain('hook_resid_post');
});

test('two results of the history are compared, with the settings that differ named', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  const history = page.getByRole('list', { name: 'History' }).getByRole('listitem');
  await expect(history.first()).toContainText('Jones / Smith');
  await patchboard.show('More');
  await page.getByText('What is patched').click();
  await page.getByLabel('attn_out').check();
  await page.getByRole('checkbox', { name: /^noising/ }).check();
  await page.getByRole('checkbox', { name: /^denoising/ }).uncheck();
  // What was set on the way there is an entry of its own where the machine is slow.
  await expect(history.first()).toContainText('noising');
  await expect(history.first()).not.toContainText('denoising');
  await patchboard.finish();
  await patchboard.close();
  await page.getByRole('button', { name: 'Compare two' }).click();
  const step = page.getByRole('contentinfo').getByRole('status');
  await expect(step.filter({ hasText: 'Choose two to compare' })).toBeAttached();
  await history.last().getByRole('button').first().click();
  await expect(step.filter({ hasText: 'Choose one more to compare' })).toBeAttached();
  await history.first().getByRole('button').first().click();
  const two = page.getByRole('dialog', { name: 'Two results' });
  // It is said that it has opened, and of what it is.
  await expect(two).toBeFocused();
  await expect(two).toHaveAccessibleDescription(/^A: .*Jones \/ Smith.*; B: .*noising/);
  const differing = two.getByRole('table', { name: 'Settings that differ' });
  await expect(differing.getByRole('row', { name: 'direction' })).toContainText(
    /denoising\s*noising/,
  );
  await expect(two.locator('canvas')).toHaveCount(3);
  // As the scene shows them.
  const shownAs = two.getByRole('combobox', { name: 'as', exact: true });
  await expect(shownAs).toHaveValue('share');
  await expect(two.getByText('of the gap').filter({ visible: true }).first()).toBeVisible();
  // Of the second, another one of its maps.
  await two.getByRole('combobox', { name: 'B', exact: true }).selectOption('attn_out, noising');
  await expect(differing.getByRole('row', { name: 'site' })).toContainText(/resid_post\s*attn_out/);
  await two.getByRole('combobox', { name: 'Show' }).selectOption('Probability');
  await two.getByRole('combobox', { name: 'of', exact: true }).selectOption('·Smith');
  await expect(two.getByRole('heading', { name: 'A − B' })).toBeVisible();
});

test('attention patterns and the logit lens of both runs', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openReady();
  await patchboard.run();
  await part(patchboard, 'Look closer');
  const lens = page.getByRole('region', { name: 'Logit lens' });
  await expect(lens.locator('canvas').first()).toBeVisible();
  const attention = page.getByRole('region', { name: 'Attention patterns' });
  await expect(attention.getByRole('button', { name: /^Head / })).toHaveCount(4);
  await attention
    .getByRole('button', { name: /^Head / })
    .nth(2)
    .click();
  await expect(attention.getByRole('application').first()).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
});

test('a template’s fillings are measured as a grid', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openReady();
  await part(patchboard, 'Many prompts');
  const templates = page.getByRole('region', { name: 'Templates' });
  await templates.getByRole('button', { name: 'Measure all fillings' }).click();
  await expect(templates.getByRole('status')).toContainText('20 of 20 fillings');
  await expect(templates.locator('canvas')).toHaveCount(1);
  await templates.getByLabel('Template').fill('Michelle {Jones|Smith|Cristiano} was. Michelle');
  await templates.getByRole('button', { name: 'Measure all fillings' }).click();
  await expect(templates.getByRole('status')).toContainText('2 of 2 fillings');
  await expect(templates.getByText('1 fillings left out')).toBeVisible();
  await templates.getByLabel('Template').fill('Michelle {Jones');
  await templates.getByRole('button', { name: 'Measure all fillings' }).click();
  await expect(templates.getByRole('alert')).toContainText('slot');
  // The table that stays is the one before's.
  await expect(templates.getByRole('status')).toContainText('Of the template before: 2 of 2');
  await expect(templates.getByRole('note')).toContainText('{Jones|Smith|Cristiano}');
  await expect(templates.getByRole('button', { name: 'CSV' })).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
});

test('a set of pairs gives a mean heatmap and its spread, and reports what does not align', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openReady();
  await part(patchboard, 'Many prompts');
  const sets = page.getByRole('region', { name: 'Sets of prompt pairs' });
  await sets.getByRole('button', { name: /surname/ }).click();
  await sets.getByRole('button', { name: 'Run all pairs' }).click();
  await expect(sets.getByRole('status').first()).toContainText('20 of 20 pairs', {
    timeout: 120_000,
  });
  await expect(sets.getByRole('heading', { name: /Share of means over 20 pairs/ })).toBeVisible();
  await sets.locator('select', { hasText: 'mean of shares' }).selectOption('change');
  await expect(sets.getByRole('heading', { name: /Mean of 20 pairs/ })).toBeVisible();
  await expect(sets.getByRole('heading', { name: /Standard deviation over 20/ })).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await sets
    .getByLabel('Pairs, as JSON or CSV')
    .fill(
      [
        'name,clean,corrupted,target',
        'fits,Michelle Jones was. Michelle,Michelle Smith was. Michelle, Jones',
        'does not,Michelle Jones was. Michelle,Michelle Cristiano was. Michelle, Jones',
      ].join('\n'),
    );
  await sets.getByRole('button', { name: 'Run all pairs' }).click();
  await expect(sets.getByText('1 left out')).toBeVisible();
  await expect(sets.getByText('A single pair has no standard deviation.')).toBeVisible();
  await sets.getByLabel('Pairs, as JSON or CSV').fill('name,clean\nx,y');
  await sets.getByRole('button', { name: 'Run all pairs' }).click();
  await expect(sets.getByRole('alert')).toContainText('corrupted');
});

test('the report runs again beside its own figures', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openReady();
  await patchboard.show('Results');
  const report = page.getByRole('region', { name: 'The report' });
  await report.getByRole('button', { name: 'Run everything' }).click();
  await expect(report.getByRole('status')).toContainText('Done', { timeout: 120_000 });
  const table = page.getByRole('region', { name: 'Table 1', exact: true });
  await expect(table).toContainText('0.1730');
  await expect(page.getByRole('region', { name: 'Table 3', exact: true })).toContainText('0.2607');
  await expect(
    page.getByRole('region', { name: 'Figure 2', exact: true }).locator('canvas'),
  ).toHaveCount(4);
  expect(await axeFindings(page)).toEqual([]);
});

test('weights in fewer bits are compared with f32', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openReady('?dtype=q8');
  await patchboard.run();
  await page.getByRole('button', { name: 'Compare with f32' }).click();
  const drift = page.getByRole('region', { name: 'Comparison with f32' });
  await expect(drift).toContainText(/Clean run: a logit changes by at most\s+0\.\d+/);
  await expect(drift).toContainText('Corrupted run');
});
