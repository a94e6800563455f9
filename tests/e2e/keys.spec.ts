/** The page without a mouse: the map is one stop, and says its values first; the focus stays where it is. */

import { LAYERS } from './models';
import { expect, type PatchboardPage, test } from './patchboard-page';

const mapOf = ({ page }: PatchboardPage) => page.getByRole('application').first();
const storyOf = ({ page }: PatchboardPage) =>
  page.getByRole('region', { name: 'Map' }).locator('[aria-live]');

test('the map is one stop, and keys read it, hold a cell and let it go', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  const map = mapOf(patchboard);
  const story = storyOf(patchboard);
  await map.focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Tab');
  await expect(map).toBeFocused();
  await page.keyboard.press('Tab');
  expect(await map.evaluate((frame) => frame.contains(document.activeElement))).toBe(false);
  await map.focus();

  const steps: [key: string, place: RegExp][] = [
    ['PageUp', /Input of layer 0, position \d/],
    ['Home', /Input of layer 0, position 0/],
    ['ArrowDown', /Layer 0, position 0/],
    ['ArrowRight', /Layer 0, position 1/],
    ['ArrowUp', /Input of layer 0, position 1/],
    ['ArrowLeft', /Input of layer 0, position 0/],
    ['PageDown', new RegExp(`Layer ${LAYERS - 1}, position 0`)],
    ['End', new RegExp(`Layer ${LAYERS - 1}, position 9`)],
    ['s', /position [19]/],
  ];
  for (const [key, place] of steps) {
    await page.keyboard.press(key);
    await expect(story).toContainText(place);
    // The value comes first.
    await expect(story).toContainText(/^\s*[+−]?\d+\.\d\d of the gap: /);
  }
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary', { name: 'The chosen cell' });
  await expect(panel.getByRole('button', { name: 'Let the cell go' })).toBeVisible();
  await expect(map).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(panel.getByRole('button', { name: 'Let the cell go' })).toHaveCount(0);
});

test('a region grows from its first corner by keys, though Shift is let go between, and Esc gives it up', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  const map = mapOf(patchboard);
  const everything = page.getByRole('button', { name: 'Compute everything' });
  const steps: [key: string, region: string][] = [
    ['Shift+ArrowLeft', `layer ${LAYERS - 1}, positions 8–9`],
    ['Shift+ArrowLeft', `layer ${LAYERS - 1}, positions 7–9`],
    ['Shift+ArrowUp', `layers ${LAYERS - 2}–${LAYERS - 1}, positions 7–9`],
    ['Shift+ArrowRight', `layers ${LAYERS - 2}–${LAYERS - 1}, positions 8–9`],
  ];
  for (const key of ['PageDown', 'End']) await map.press(key);
  for (const [key, region] of steps) {
    await map.press(key);
    await expect(page.getByText(region).filter({ visible: true })).toBeVisible();
    // The map of the region has come, with fewer rows than the one before.
    await patchboard.finish();
  }
  await map.press('ArrowLeft');
  await map.press('Shift+ArrowUp');
  const last = page.getByText(`layers ${LAYERS - 3}–${LAYERS - 2}, position 7`);
  await expect(last.filter({ visible: true })).toBeVisible();

  await map.press('Enter');
  await map.press('Escape');
  await expect(everything).toBeVisible();
  await map.press('Escape');
  await expect(everything).toHaveCount(0);
});

test('a letter is a key of the map only while the map has the focus', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  const before = await storyOf(patchboard).textContent();
  for (const role of ['button', 'combobox'] as const) {
    await page.locator('main').getByRole(role).first().focus();
    await page.keyboard.press('s');
    await expect(storyOf(patchboard)).toHaveText(before ?? '');
  }
  await mapOf(patchboard).press('s');
  await expect(storyOf(patchboard)).toContainText('of the gap: ');
});

test('the focus stays where it was when a run starts and ends', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  const noise = page.getByRole('button', { name: 'noise', exact: true });
  await noise.focus();
  await page.keyboard.press('Enter');
  await expect(mapOf(patchboard)).toHaveAccessibleName(/ at resid_post, noising/);
  await expect(noise).toBeFocused();
  const site = page.getByLabel('Where is patched');
  await site.focus();
  await site.selectOption('mlp_out');
  await expect(mapOf(patchboard)).toHaveAccessibleName(/ at mlp_out, noising/);
  await expect(site).toBeFocused();
  await patchboard.finish();
  await patchboard.runButton.focus();
  await page.keyboard.press('Enter');
  await patchboard.expectAskedRunDone();
  await expect(patchboard.runButton).toBeFocused();
  // A word that was chosen by keys is where one goes on.
  const word = page.getByRole('button', { name: '·Smith, position 1' });
  await word.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Brown', exact: true }).press('Enter');
  await expect(page.getByRole('button', { name: '·Brown, position 1' })).toBeFocused();
});

test('what a part lies over is not where the focus goes unseen', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  await patchboard.show('Share');
  await mapOf(patchboard).focus();
  await expect(patchboard.part('Share')).toBeVisible();
  await page.getByRole('button', { name: /^The clean run says/ }).focus();
  await expect(patchboard.part('Share')).toBeHidden();
  await expect(page.getByRole('button', { name: /^The clean run says/ })).toBeFocused();
});

test('Escape closes what is open, and only then lets the held cell go', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  for (const key of ['PageDown', 'Enter']) await mapOf(patchboard).press(key);
  await expect(page).toHaveURL(/cell=/);
  for (const part of ['Share', 'Lessons', 'More', 'Model'] as const) {
    await patchboard.show(part);
    await patchboard.part(part).press('Escape');
    await expect(patchboard.part(part)).toBeHidden();
    expect(page.url()).toContain('cell=');
  }
  const panel = page.getByRole('complementary', { name: 'The chosen cell' });
  await expect(panel.getByRole('button', { name: 'Let the cell go' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(panel.getByRole('button', { name: 'Let the cell go' })).toHaveCount(0);
});

test('what goes away when it is pressed leaves the focus where one goes on', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  const map = mapOf(patchboard);
  const press = (name: string | RegExp) => page.getByRole('button', { name }).press('Enter');
  await patchboard.openFinished('?layers=1-2&positions=1-3');
  const history = page.getByRole('list', { name: 'History' });
  await expect(history).toContainText('Jones / Smith');
  await press('Compute everything');
  await expect(map).toBeFocused();
  await expect(history.getByRole('listitem')).toHaveCount(2);
  const entry = history.getByRole('listitem').last().getByRole('button').first();
  for (const key of ['PageDown', 'Enter']) await map.press(key);
  await press('Let the cell go');
  await expect(map).toBeFocused();

  for (const key of ['Enter', 'Escape']) {
    await press('Edit the text of the clean prompt');
    await page.getByLabel('Text of the clean prompt').press(key);
    await expect(page.getByRole('button', { name: 'Edit the text of the clean' })).toBeFocused();
  }
  await press('Edit the text of the clean prompt');
  await page.getByLabel('Text of the clean prompt').fill('x x');
  await page.keyboard.press('Enter');
  await press(/^Back to/);
  await expect(map).toBeFocused();

  await history
    .getByRole('button', { name: /^Remove/ })
    .first()
    .press('Enter');
  await expect(history.getByRole('listitem')).toHaveCount(1);
  await expect(entry).toBeFocused();
  await history.getByRole('button', { name: /^Remove/ }).press('Enter');
  await expect(page.getByRole('button', { name: /^Put .* back/ })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(entry).toBeFocused();

  await press('Present');
  await expect(map).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Present' })).toBeFocused();
});

test('what goes away when it is pressed leaves the focus near it, where nothing says more', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  await page.getByRole('button', { name: 'Edit the text of the corrupted prompt' }).click();
  const uneven = 'Michelle Cristiano was a top-notch student. Michelle';
  await page.getByLabel('Text of the corrupted prompt').fill(uneven);
  await page.keyboard.press('Enter');
  await page
    .getByRole('button', { name: /^Use “/ })
    .first()
    .press('Enter');
  const words = page.getByRole('group', { name: 'Words of the clean prompt' });
  await expect(words.locator('button:focus')).toHaveCount(1);

  await patchboard.show('More');
  const tokens = page.getByRole('list', { name: 'Tokens of the clean prompt' });
  await tokens.getByRole('button').first().press('Enter');
  await page.getByRole('button', { name: 'Close', exact: true }).press('Enter');
  await expect(patchboard.part('More').locator('section.card :focus')).toHaveCount(1);
});

test('what is disabled while it has the focus leaves the focus near it', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  const places = [
    page.getByRole('group', { name: 'Words of the clean prompt' }),
    page.getByRole('region', { name: 'Map' }),
    patchboard.part('More').getByRole('region', { name: 'Experiment' }),
  ];
  for (const place of places) {
    if (!(await place.isVisible())) await patchboard.show('More');
    const button = place.getByRole('button').first();
    await button.evaluate((element: HTMLButtonElement) => {
      element.focus();
      element.disabled = true;
    });
    // Browsers let go of it when they draw next.
    await page.evaluate(() => new Promise(requestAnimationFrame));
    await expect(button).toBeDisabled();
    await expect(place.locator(':focus')).toHaveCount(1);
  }
});

test('nothing moves by itself where less motion is wanted', async ({ patchboard }) => {
  const { page } = patchboard;
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await patchboard.openFinished();
  await patchboard.show('Model');
  await patchboard.show('More');
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  const moving = await page.locator('*').evaluateAll((elements) =>
    elements.flatMap((element) => {
      if (!element.isConnected) return []; // replaced meanwhile, as where the history has its first entry
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(element);
      const isStill =
        transitionDuration === '0s' && animationName === 'none' && scrollBehavior === 'auto';
      return isStill ? [] : [element.outerHTML];
    }),
  );
  expect(moving).toEqual([]);
});

test('the map’s table is one stop, moved in by the same keys, and tied to the map', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  const map = mapOf(patchboard);
  await page.getByRole('button', { name: 'Table', exact: true }).click();
  const table = page.getByRole('grid');
  await expect(map).toHaveAttribute('aria-details', (await table.getAttribute('id')) ?? 'none');
  await expect(table.getByRole('columnheader')).toHaveText([
    'Layer',
    /./,
    '·Jones / ·Smith',
    ...Array<RegExp>(8).fill(/./),
  ]);
  await expect(table.getByRole('rowheader')).toHaveCount(LAYERS + 1);
  await expect(table.locator('td[tabindex="0"]')).toHaveCount(1);

  // What is held on the map is held in the table.
  for (const key of ['PageUp', 'Home', 'ArrowDown', 'ArrowRight', 'Enter']) await map.press(key);
  const held = table.getByRole('gridcell', { selected: true });
  // The unit is said once, of them all.
  await expect(table.getByRole('caption')).toHaveText('Each value is a share of the gap.');
  await expect(held).toHaveText(/^[+−]?\d+\.\d\d$/);
  const said = await held.textContent();
  await expect(storyOf(patchboard)).toContainText(`${said} of the gap: Layer 0, position 1`);
  await held.focus();
  await page.keyboard.press('Shift+Tab');
  await expect(map).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(held).toBeFocused();

  // What is moved to in the table is pointed at on the map.
  await page.keyboard.press('ArrowUp');
  await expect(storyOf(patchboard)).toContainText('Input of layer 0, position 1');
  await page.keyboard.press('PageDown');
  await page.keyboard.press('End');
  await expect(storyOf(patchboard)).toContainText(`Layer ${LAYERS - 1}, position 9`);
  await page.keyboard.press('Enter');
  await expect
    .poll(() => page.url())
    .toContain(`cell=resid_post%2Cdenoising%2C${LAYERS - 1}%2C%2C9`);
  await expect(held).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(held).toHaveCount(0);
});

test('a map that is replaced has the focus again', async ({ patchboard }) => {
  await patchboard.openFinished();
  const map = patchboard.page.getByLabel('Map').getByRole('application');
  await map.focus();
  await map.evaluate(
    (frame) =>
      new Promise<void>((done) => {
        const place = frame.parentElement;
        frame.remove();
        setTimeout(() => {
          place?.append(frame);
          done();
        }, 100);
      }),
  );
  await expect(map).toBeFocused();
});
