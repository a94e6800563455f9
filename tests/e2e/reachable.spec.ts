/** Every state of the page, for those who do not see it, have no mouse, or need other colours. */

import { axeFindings, smallTargets, unseenFocus } from './accessible';
import { expect, type PatchboardPage, test } from './patchboard-page';

const LIGHT = { colorScheme: 'light', forcedColors: 'none' } as const;
const OTHER_COLOURS = {
  dark: { colorScheme: 'dark', forcedColors: 'none' },
  'forced colours': { colorScheme: 'light', forcedColors: 'active' },
} as const;

/** Names and roles are the same in other colours. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

const PHONE = { width: 390, height: 844 };

/** Nothing that axe finds in any colours, no small target, no focus that is not seen. */
async function expectReachable({ page }: PatchboardPage, state: string) {
  await page.emulateMedia(LIGHT);
  expect.soft(await axeFindings(page), state).toEqual([]);
  for (const [colours, media] of Object.entries(OTHER_COLOURS)) {
    await page.emulateMedia(media);
    expect.soft(await axeFindings(page, OF_COLOURS), `${state}, in ${colours}`).toEqual([]);
  }
  await page.emulateMedia(LIGHT);
  expect.soft(await smallTargets(page), `${state}: targets`).toEqual([]);
  expect.soft(await unseenFocus(page), `${state}: the focus`).toEqual([]);
}

test('every part is clean for axe, its targets are large, and the focus is seen', async ({
  patchboard,
}) => {
  await patchboard.openFinished();
  await expectReachable(patchboard, 'a finished map');
  for (const part of ['Model', 'Lessons', 'Results', 'Open', 'Share'] as const) {
    await patchboard.show(part);
    await expect(patchboard.page.getByText('Fetching this part')).toHaveCount(0);
    await expectReachable(patchboard, part);
    await patchboard.close();
  }
  await patchboard.show('More');
  for (const tab of ['Settings and all maps', 'Look closer', 'Many prompts']) {
    await patchboard.page.getByRole('tab', { name: tab }).click();
    await expect(patchboard.page.getByText('Fetching this part')).toHaveCount(0);
    await expectReachable(patchboard, tab);
  }
});

async function chooseBrown(patchboard: PatchboardPage) {
  const { page } = patchboard;
  await page.getByRole('button', { name: '·Smith, position 1' }).click();
  const brown = page.getByRole('button', { name: 'Brown', exact: true });
  await expect(brown).toBeVisible();
  await expectReachable(patchboard, 'the menu of a word');
  await brown.click();
  await expect(page.getByRole('list', { name: 'History' }).getByRole('listitem')).toHaveCount(2);
}

async function lockCell({ page }: PatchboardPage) {
  const map = page.getByRole('application').first();
  for (const key of ['PageUp', 'Home', 'ArrowDown', 'ArrowRight', 'Enter']) await map.press(key);
  await expect(page.getByRole('heading', { name: /^Where head 0\.\d looks/ })).toBeVisible();
  await page.getByRole('heading', { name: 'Neurons that differ' }).waitFor();
}

async function compareTwo({ page }: PatchboardPage) {
  await page.getByRole('button', { name: 'Compare two' }).click();
  const entries = page
    .getByRole('list', { name: 'History' })
    .getByRole('button', { name: /^Jones/ });
  await entries.nth(0).click();
  await entries.nth(1).click();
  const part = page.getByRole('dialog', { name: 'Two results' });
  await expect(part.getByRole('application').first()).toBeVisible();
}

test('so is every state of the scene', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  await chooseBrown(patchboard);
  await lockCell(patchboard);
  await expectReachable(patchboard, 'a cell with its heads and arcs');
  const table = page.getByRole('button', { name: 'Table', exact: true });
  await table.click();
  await expect(page.getByRole('grid').getByRole('gridcell', { selected: true })).toBeVisible();
  await expectReachable(patchboard, 'the map with its table');
  await table.click();
  await compareTwo(patchboard);
  await expectReachable(patchboard, 'two results');
  await patchboard.show('Open');
  await page.getByLabel('Or paste it').fill('{"patchboard": 1, "clean": "a", "sites": ["resid"]}');
  await page.getByRole('button', { name: 'Open it' }).click();
  await expect(patchboard.alerts).toBeVisible();
  await expectReachable(patchboard, 'something that was not opened');
  await patchboard.close();
  await page.getByRole('button', { name: 'Edit the text of the clean prompt' }).click();
  await page.getByLabel('Text of the clean prompt').fill('Michelle Jones was');
  await page.getByLabel('Text of the clean prompt').press('Enter');
  await expect(page.getByText(/^This is still the map of.* 3 and 10 tokens/)).toBeVisible();
  await expectReachable(patchboard, 'prompts that do not line up');
});

test('so is a page that is embedded in another one', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.open('?embed');
  await expect(page.getByText(/run with .* says “/)).toBeVisible({ timeout: 120_000 });
  await expectReachable(patchboard, 'embedded');
  await page.getByRole('button', { name: 'All maps and values' }).click();
  await expectReachable(patchboard, 'embedded, with all maps');
});

test('so is the map that is shown to a room', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.open('?present');
  await expect(page.getByText(/run with .* says “/)).toBeVisible({ timeout: 120_000 });
  await expectReachable(patchboard, 'presented');
  await page.keyboard.press('PageDown');
  await expect(page.getByRole('application')).toHaveAccessibleName(/, 1 of \d+ rows shown/);
  await expectReachable(patchboard, 'presented, its first row');
});

test.describe('on a phone', () => {
  test.use({ viewport: PHONE, hasTouch: true });

  test('the scene, a cell and a word’s menu are the same', async ({ patchboard }) => {
    await patchboard.openFinished();
    await expectReachable(patchboard, 'a finished map');
    await chooseBrown(patchboard);
    await lockCell(patchboard);
    await expectReachable(patchboard, 'a cell with its heads and arcs');
    await patchboard.page.getByRole('button', { name: 'Table', exact: true }).click();
    await expect(patchboard.page.getByRole('grid')).toBeVisible();
    await expectReachable(patchboard, 'the map with its table');
  });
});
