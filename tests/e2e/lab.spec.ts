/** Experiments beyond the basic one: what the page shows is what the native command gives. */

import type { Cell } from './cells';
import { patchExperiment, type SweepOutput } from './command';
import { cellPosition, dragBox } from './map-cell';
import { EMBEDDED, LAYERS } from './models';
import { expect, type PatchboardPage, test } from './patchboard-page';

const HEADS = 4;
const BASIC = {
  clean: 'Michelle Jones was a top-notch student. Michelle',
  corrupted: 'Michelle Smith was a top-notch student. Michelle',
  targets: [' Jones', ' Smith'] as (string | { continuation: string })[],
};
const POSITION_SITES = ['resid_pre', 'resid_mid', 'resid_post', 'attn_out', 'mlp_out', 'mlp_post'];
const HEAD_SITES = ['z', 'q', 'k', 'v', 'pattern', 'attn_scores'];

/** The number that a sweep of the command has for a cell of the page's table. */
function nativeValue(
  { axes, ...sweep }: SweepOutput,
  name: 'prob' | 'logit' | 'log_prob' | 'rank',
  target: number,
  { layer, head, position }: Cell,
): number {
  const row = axes === 'head-position' ? layer * HEADS + head : layer;
  const column = axes === 'head' ? head : position;
  return sweep[name][target]?.[row]?.[column] ?? NaN;
}

/** Both unknown, or close. */
const isClose = (a: number, b: number, tolerance: number) =>
  (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= tolerance;

function expectNative(cells: Cell[], experiment: object) {
  const { targets, sweeps } = patchExperiment(EMBEDDED, experiment).results;
  const count = sweeps.map(({ prob }) => prob.flat(2).length).reduce((sum, n) => sum + n, 0);
  expect(cells).toHaveLength(count);
  const wrong = cells.filter((cell) => {
    const sweep = sweeps.find(
      ({ site, direction }) => site === cell.site && direction === cell.direction,
    );
    const target = targets.findIndex(({ text }) => text === cell.target);
    if (!sweep || target < 0) return true;
    return (
      !isClose(cell.prob, nativeValue(sweep, 'prob', target, cell), 1e-5) ||
      !isClose(cell.logit, nativeValue(sweep, 'logit', target, cell), 1e-3) ||
      !isClose(cell.logProb, nativeValue(sweep, 'log_prob', target, cell), 1e-3)
    );
  });
  expect(wrong).toEqual([]);
}

async function expectSame(patchboard: PatchboardPage, query: string, experiment: object) {
  await patchboard.openReady(query);
  await patchboard.run();
  await expect(patchboard.page.getByText(/Checks of this result \d+ passed/)).toBeVisible();
  expectNative(await patchboard.values(), experiment);
}

/** Of the clean prompt, as the command splits it. */
function idsOf(): number[] {
  const { tokens } = patchExperiment(EMBEDDED, BASIC);
  return tokens.clean.map(({ id }) => id);
}

const DIRECTIONS = 'direction=denoising&direction=noising';
const directions = ['denoising', 'noising'];

test('every site, in both directions', async ({ patchboard }) => {
  const sites = [...POSITION_SITES, ...HEAD_SITES];
  const query = `?${DIRECTIONS}&${sites.map((site) => `site=${site}`).join('&')}`;
  await expectSame(patchboard, query, { ...BASIC, sites, directions });
});

test('heads position by position', async ({ patchboard }) => {
  const query = `?${DIRECTIONS}&by-position&${HEAD_SITES.map((site) => `site=${site}`).join('&')}`;
  const experiment = { ...BASIC, sites: HEAD_SITES, directions, by_position: true };
  await expectSame(patchboard, query, experiment);
});

test('a window of layers and a span of positions', async ({ patchboard }) => {
  const sites = ['attn_out', 'mlp_out'];
  const query = '?site=attn_out&site=mlp_out&window=2&span=3';
  await expectSame(patchboard, query, { ...BASIC, sites, window: 2, span: 3 });
});

test('a continuation of several tokens beside a single one', async ({ patchboard }) => {
  const targets = [' Jones', { continuation: ' Smith was' }];
  await expectSame(patchboard, '?target=+Jones&continuation=+Smith+was', { ...BASIC, targets });
  const whole = (await patchboard.values()).filter(({ target }) => target === ' Smith was');
  expect(whole.every(({ prob, logit }) => !Number.isNaN(prob) && Number.isNaN(logit))).toBe(true);
});

test('noise on chosen tokens', async ({ patchboard }) => {
  const corruption = { kind: 'noise', positions: [1], multiple: 2, samples: 3, seed: 7 };
  const query =
    '?target=+Jones&target=+Smith&corruption=noise&noise-positions=1&multiple=2&samples=3&seed=7';
  const { clean, targets } = BASIC;
  await expectSame(patchboard, query, { clean, targets, corruption });
});

test('ablations with zeros and with a mean', async ({ patchboard }) => {
  const { clean, targets } = BASIC;
  const sites = ['attn_out', 'z'];
  const query = '?target=+Jones&target=+Smith&site=attn_out&site=z&corruption=';
  await expectSame(patchboard, `${query}zero`, {
    ...{ clean, targets, sites },
    corruption: { kind: 'zero' },
  });
  const prompts = ['Smith', 'Brown'].map((name) => clean.replace('Jones', name));
  const mean = prompts.map((prompt) => `&mean-prompt=${encodeURIComponent(prompt)}`).join('');
  await expectSame(patchboard, `${query}mean${mean}`, {
    ...{ clean, targets, sites },
    corruption: { kind: 'mean', prompts },
  });
});

test('an ablation with a mean that is chosen begins with prompts that run', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openReady('?target=+Jones&target=+Smith');
  await expect(page.getByText('10 tokens each, 1 of them different.')).toBeVisible();
  await page.getByText('What is patched').click();
  await page.getByRole('radio', { name: 'ablation: the mean over prompts' }).check();
  const prompts = page.getByLabel('Prompts to take the mean of');
  await expect(prompts).toHaveValue(new RegExp(`^${BASIC.corrupted}\n`));
  await expect(
    page.getByText('Each must be as long as the clean prompt, 10 tokens.'),
  ).toBeVisible();
  await patchboard.run();
  await expect(patchboard.alerts).toHaveCount(0);
  const lines = (await prompts.inputValue()).split('\n');
  const { clean, targets } = BASIC;
  const corruption = { kind: 'mean', prompts: lines };
  expectNative(await patchboard.values(), { clean, targets, corruption });
});

test('dragging over a heatmap restricts the next run, until the restriction is removed', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openReady();
  await patchboard.run();
  // Below the row of the input.
  await dragBox(page, patchboard.maps.first(), [2, 1], [3, 3]);
  await expect(page.getByText('layers 1–2, positions 1–3')).toBeVisible();
  await expect(page.getByRole('complementary', { name: 'The chosen cell' })).toHaveCount(0);
  await expect.poll(() => page.url()).toContain('layers=1-2&positions=1-3');
  await patchboard.openReady(new URL(page.url()).search);
  await patchboard.finish();
  await expect(page.getByText('All 6 cells in')).toBeVisible();
  const region = { layers: [1, 3], positions: [1, 4] };
  const cells = await patchboard.values();
  expectNative(cells, { ...BASIC, region });
  expect(cells.filter(({ prob }) => !Number.isNaN(prob))).toHaveLength(2 * 2 * 3);
  await page.getByRole('button', { name: 'Compute everything' }).click();
  await patchboard.run();
  expectNative(await patchboard.values(), BASIC);
});

test('a cell can be looked at closer, with the pointer and with the keyboard', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openReady();
  await patchboard.run();
  const canvas = patchboard.maps.first();
  await canvas.click({ position: await cellPosition(canvas, 1, 1) });
  const panel = page.getByRole('complementary', { name: 'The chosen cell' });
  await expect(panel.getByRole('heading').first()).toContainText('after layer 0, at “·Jones”');
  await expect(panel).toContainText(
    'The corrupted run with this one vector from the clean run says “·Jones”',
  );
  const patched = panel.getByRole('table', { name: 'Patched run' });
  await expect(patched.locator('tbody tr').first()).toContainText('·Jones');
  await expect(panel.getByText('Changed most, against the corrupted run')).toBeVisible();
  await expect(panel.locator('dd').first()).toContainText('Michelle Jones');
  await panel.getByRole('button', { name: 'Let the cell go' }).click();
  await expect(panel).toHaveCount(0);
  const map = page.getByRole('application').first();
  await map.press('End');
  await map.press('Enter');
  await expect(panel).toContainText('after layer 0, at the last “·Michelle”');
  await expect(panel.locator('dd').first()).toContainText('Michelle Smith');
});

test('the settings chosen in the page are in its link, which reopens them', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openReady();
  // Noise begins with the tokens that differ, which the page knows once it has the tokens.
  await expect(page.getByText('10 tokens each, 1 of them different.')).toBeVisible();
  await page.getByText('What is patched').click();
  await page.getByLabel('attn_out').check();
  await page.getByRole('checkbox', { name: /^noising/ }).check();
  await page.getByLabel('window of layers').fill('2');
  await page.getByRole('radio', { name: 'noise on embeddings' }).check();
  const chip = (name: string) => page.getByRole('button', { name: `Put noise on ${name}` });
  await expect(chip('·Jones, position 1')).toHaveAttribute('aria-pressed', 'true');
  await chip('·student, position 7').click();
  await page.getByLabel('Samples').fill('2');
  await patchboard.run();
  await patchboard.chooseMetric('Probability', 'share of the gap restored');
  await expect.poll(() => page.url()).toContain('reference=share');
  const cells = await patchboard.values();
  const link = page.url();
  expect(new URL(link).searchParams.getAll('site')).toEqual(['resid_post', 'attn_out']);
  expect(new URL(link).searchParams.get('noise-positions')).toBe('1,7');
  await page.goto('about:blank');
  await page.goto(link);
  await expect(patchboard.runButton).toBeEnabled();
  await patchboard.show('More');
  await patchboard.run();
  expect(await patchboard.values()).toEqual(cells);
  await expect(page.getByLabel('Shown as')).toHaveValue('share');
  expect(page.url()).toBe(link);
});

test('a token is replaced by another one, and the length stays', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openReady();
  await page.getByRole('button', { name: 'Replace ·Jones, position 1' }).click();
  const field = page.getByPlaceholder('one token');
  await field.fill('Jonesson');
  await page.getByRole('button', { name: 'Replace', exact: true }).click();
  await expect(patchboard.alerts).toContainText('tokens');
  await field.fill('Brown');
  await page.getByRole('button', { name: 'Replace', exact: true }).click();
  await expect(patchboard.corrupted).toHaveValue(
    'Michelle Brown was a top-notch student. Michelle',
  );
  await expect(page.getByText('10 tokens each, 1 of them different.')).toBeVisible();
});

test('a target of several tokens can be measured as a whole', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openReady();
  await page.getByLabel('Another target token').fill(' Jones was');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByRole('button', { name: 'Measure the whole of it' }).click();
  await expect(patchboard.alerts).toHaveCount(0);
  await expect.poll(() => page.url()).toContain('continuation=+Jones+was');
  await patchboard.run();
  await patchboard.chooseMetric('Probability');
  await expect(patchboard.maps).toHaveCount(3);
  await patchboard.chooseMetric('Rank');
  await expect(patchboard.maps).toHaveCount(2);
});

test('estimates are compared with the exact values, for the metric that is shown', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openReady('?site=resid_post&site=z');
  await patchboard.run();
  await page.getByText('How good the estimates were').click();
  const plots = page.getByRole('img', { name: /Estimate against exact value/ });
  await expect(plots).toHaveCount(2);
  await expect(
    page.getByText(
      new RegExp(`Rank correlation \\(Spearman\\)\\s+[+−]0\\.\\d+, over\\s+${LAYERS * 10} cells`),
    ),
  ).toBeVisible();
  await patchboard.chooseMetric('Logit');
  await expect(plots).toHaveCount(4);
  await patchboard.chooseMetric('Probability');
  await expect(plots).toHaveCount(0);
});

test('prompts of different lengths show why, and a click mends them', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openReady();
  await patchboard.corrupted.fill('Michelle Cristiano was a top-notch student. Michelle');
  const repair = page.getByRole('group', { name: 'Prompts of different lengths' });
  await expect(repair).toContainText('·Crist | iano (2 tokens)');
  // Said once.
  await expect(patchboard.page.getByText(/11 .* 10 tokens|10 .* 11 tokens/)).toHaveCount(1);
  await repair.getByRole('button').first().press('Enter');
  await expect(repair).toHaveCount(0);
  const focused = () => page.evaluate(() => document.activeElement?.closest('section')?.ariaLabel);
  expect(await focused()).toBe('Experiment');
  await expect(page.getByText(/\d+ tokens each, \d+ of them different/)).toBeVisible();
  await patchboard.run();
});

test('a window’s rows, cells and table name all layers that were patched', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openReady('?site=mlp_out&window=2');
  await patchboard.run();
  const map = page.getByRole('application').first();
  await map.focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText(/: Layers 0–1, position 0, Michelle/)).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary', { name: 'The chosen cell' })).toContainText(
    'mlp_out, layers 0–1, at “Michelle”',
  );
  await page.getByText('All values as a table').click();
  await expect(page.getByRole('cell', { name: '0–1', exact: true }).first()).toBeVisible();
});

test('a prompt of token ids becomes the text that they are', async ({ patchboard }) => {
  await patchboard.openReady(`?clean-ids=${idsOf().join(',')}`);
  await patchboard.page.getByRole('button', { name: 'Use the text' }).click();
  await expect(patchboard.clean).toHaveValue(BASIC.clean);
});

test('before a run the page says what it would hold, or what the core has against it', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openReady('?span=3');
  const held = page.getByText(/^Holds at most \d+ MB beside the weights\.$/);
  await expect(held).toBeVisible();
  await patchboard.clean.fill('Michelle');
  // Said once, where the tokens are.
  await expect(held).toHaveCount(0);
  const editor = patchboard.part('More');
  await expect(editor.getByText(/^The prompts have 1 and 10 tokens; they must/)).toBeVisible();
  await patchboard.clean.fill(BASIC.clean);
  await expect(held).toBeVisible();
});
