/** The lessons, played to their ends: by keys alone, on a phone, and those of a teacher's own. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Locator, Page } from '@playwright/test';

import { axeFindings, smallTargets } from './accessible';
import { FIREFOX, FirefoxPage } from './firefox-page';
import { type KeyedPage, playByKeys, SCRIPTS } from './lesson-player';
import { cellPosition } from './map-cell';
import { expect, type PatchboardPage, test } from './patchboard-page';

async function expectReachable(page: Page): Promise<void> {
  expect(await axeFindings(page)).toEqual([]);
  expect(await smallTargets(page)).toEqual([]);
}

/** A key that is pressed on a disabled button is lost without a word. */
async function pressReady(button: Locator): Promise<void> {
  await expect(button).toBeEnabled();
  await button.press('Enter');
}

const card = ({ page }: PatchboardPage) => page.getByRole('region', { name: /^Lesson/ });

for (const script of SCRIPTS) {
  test(`the lesson “${script.name}” is played to its end by keys alone`, async ({ patchboard }) => {
    const { page } = patchboard;
    await page.setViewportSize({ width: 1280, height: 720 });
    await patchboard.open(`?lesson=${script.name}`);
    await playByKeys(page as KeyedPage, script, async (step) => {
      if (script.name === 'to-whom' && step === 4) {
        const heading = page.getByRole('heading', { level: 2, name: 'Twenty pairs' });
        await expect(heading).toBeFocused();
        await pressReady(page.getByRole('button', { name: 'Run all pairs' }));
        await expect(page.getByText('20 of 20 pairs')).toBeVisible();
        await heading.focus();
      }
      if (script.name === 'count' && step === 4) {
        const heading = page.getByRole('heading', { level: 2, name: /^Not one pair/ });
        await expect(heading).toBeFocused();
        await pressReady(page.getByRole('button', { name: 'Measure all fillings' }));
        await expect(page.getByText('20 of 20')).toBeVisible();
        await heading.focus();
      }
      if (script.name === 'count' && step === 5) {
        await expect(page.getByRole('heading', { name: /^Table 2\./ })).toBeInViewport();
      }
    });
    await expect.poll(() => page.url()).not.toContain('lesson=');
  });
}

test('until a guess is made nothing tells what is true; then guess and truth are outlined', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openScene();
  await patchboard.show('Lessons');
  await page.getByRole('button', { name: 'Start “Where is the name?”' }).press('Enter');
  const lesson = card(patchboard);
  await expect(lesson).toContainText('gives “Jones” a probability of 90 %');
  await lesson.getByRole('button', { name: 'Next ›' }).click();
  await lesson.getByRole('button', { name: 'Next ›' }).click();
  await expect(lesson).toContainText('3 of 7');
  await patchboard.finish();
  await expect.poll(() => page.url()).toMatch(/lesson=surname&step=3/);

  const map = page.getByRole('application').first();
  const story = page.getByRole('region', { name: 'Map' }).locator('[aria-live]').first();
  await map.press('PageUp');
  await map.press('Home');
  await map.press('ArrowRight');
  await expect(story).toContainText('Covered: the input');
  // The key to the strongest cell leads nowhere.
  await map.press('s');
  await expect(story).toContainText('Covered: the input');
  await expect(page.getByRole('complementary', { name: 'The chosen cell' })).toHaveText(
    /once the map is uncovered/,
  );
  await page.getByRole('button', { name: 'Table', exact: true }).click();
  await expect(page.getByRole('gridcell', { name: 'covered' }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Table', exact: true }).click();
  await expectReachable(page);

  await map.press('Enter');
  const check = lesson.getByRole('button', { name: 'Check my guess' });
  await expect(check).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(lesson.getByText('Right: “Jones”.')).toBeVisible();
  await expect(lesson.getByText('what is true')).toBeVisible();
  await expect(lesson.getByRole('button', { name: 'Next ›' })).toBeFocused();
  await expectReachable(page);

  // A wrong one by a click on the map, which then says itself what each cell is.
  await page.keyboard.press('Enter');
  const canvas = page.locator('main canvas').first();
  await expect(lesson.getByRole('button', { name: 'Show me' })).toBeVisible();
  await canvas.click({ position: await cellPosition(canvas, 2, 4) });
  await expect(lesson.getByLabel('layer')).toHaveValue('2');
  await check.click();
  await expect(lesson.getByText('It is after layer 4.')).toBeVisible();
  await expect(page.getByRole('complementary', { name: 'The chosen cell' })).toContainText(
    'after layer 4, at the last “·Michelle”',
  );
});

test('a covered map is seen nowhere: not in large type, in a file or among all maps', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  const why = 'Covered until you have guessed in the lesson.';
  await patchboard.open('?lesson=surname&step=3&present');
  const lesson = card(patchboard);
  await expect(lesson.getByRole('button', { name: 'Show me' })).toBeVisible();
  const present = page.getByRole('button', { name: 'Present' });
  await expect(present).toBeDisabled();
  await expect(present).toHaveAttribute('title', why);
  await page.getByRole('application').first().press('p');
  await patchboard.show('Share');
  await expect(patchboard.part('Share')).toContainText(why);
  await expect(page.getByRole('button', { name: 'CSV' })).toHaveCount(0);
  await patchboard.show('More');
  const more = patchboard.part('More');
  await expect(more).toContainText(why);
  await more.getByRole('tab', { name: 'Look closer' }).click();
  await expect(more.getByRole('tabpanel')).toHaveText(why);
  await patchboard.close();

  await lesson.getByRole('button', { name: 'Show me' }).click();
  await expect(page.getByText('Only the top row is uncovered yet.')).toBeVisible();
  await lesson.getByRole('button', { name: 'Next ›' }).click();
  await lesson.getByRole('button', { name: 'Show me' }).click();
  await expect(present).toBeEnabled();

  // A reload loses no answer.
  await expect(lesson.getByText('Save my answers')).toBeVisible();
  await expect.poll(() => page.url()).toContain('step=4');
  await page.reload();
  await expect(lesson.getByText('what is true')).toBeVisible();
  await expect(lesson.getByText('Save my answers')).toBeVisible();
  await expect(present).toBeEnabled();
});

test('free play never breaks a lesson, and its own texts are a button away', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.open('?lesson=surname&step=6');
  await patchboard.finish();
  await page.getByRole('button', { name: '·Jones, position 1', exact: true }).click();
  await page
    .getByRole('dialog', { name: /^Another word for ·Jones/ })
    .getByRole('button', { name: 'Brown', exact: true })
    .click();
  const lesson = card(patchboard);
  await expect(lesson).toContainText('the clean text is followed by “Brown”');
  await lesson.getByRole('button', { name: '‹ Back' }).click();
  await expect(lesson).toContainText('This card is about other texts');
  await lesson.getByRole('radio').first().check();
  for (const name of ['Check my guess', 'Show me']) {
    const button = lesson.getByRole('button', { name });
    await expect(button).toBeDisabled();
    await expect(button).toHaveAttribute('title', /^This card is about other texts/);
  }
  await lesson.getByRole('button', { name: 'Back to the card’s own' }).click();
  await expect(page.getByRole('button', { name: '·Jones, position 1', exact: true })).toBeVisible();
  await expect(lesson).not.toContainText('This card is about other texts');
  await expect(lesson.getByRole('button', { name: 'Check my guess' })).toBeEnabled();
});

test('on a phone the card lies below the map, is folded, and a finger places the guess', async ({
  browser,
  baseURL,
}) => {
  const context = await browser.newContext({
    ...(baseURL && { baseURL }),
    viewport: { width: 390, height: 844 },
    hasTouch: true,
  });
  const page = await context.newPage();
  await page.goto('./?lesson=surname&step=3');
  const lesson = page.getByRole('region', { name: /^Lesson/ });
  await expect(lesson.getByRole('button', { name: 'Show me' })).toBeVisible();
  const canvas = page.locator('main canvas').first();
  await expect(canvas).toBeInViewport({ ratio: 0.9 });
  const { x, y } = await cellPosition(canvas, 0, 1);
  const box = await canvas.boundingBox();
  const [at, sheet] = [{ x: (box?.x ?? 0) + x, y: (box?.y ?? 0) + y }, await lesson.boundingBox()];
  expect(at.y).toBeLessThan(sheet?.y ?? 0);
  expect(sheet?.height).toBeLessThan(400);
  await page.touchscreen.tap(at.x, at.y);
  await lesson.getByRole('button', { name: 'Check my guess' }).tap();
  await expect(lesson.getByText('Right: “Jones”.')).toBeInViewport();
  for (let step = 4; step <= 7; step++) {
    await lesson.getByRole('button', { name: 'Next ›' }).tap();
    await expect(lesson.getByRole('heading').first()).toBeInViewport();
    const show = lesson.getByRole('button', { name: 'Show me' });
    if (step < 6) await show.tap();
  }
  await lesson.getByRole('button', { name: 'Fold', exact: true }).tap();
  await expect(lesson.getByRole('button', { name: 'Done' })).toBeHidden();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await expectReachable(page);
  await context.close();
});

for (const [width, height] of [
  [360, 640],
  [640, 360],
  [390, 844],
] as const) {
  test(`at ${width} by ${height} what is true is seen above the card, and a word is chosen`, async ({
    patchboard,
  }) => {
    const { page } = patchboard;
    await page.setViewportSize({ width, height });
    await patchboard.open('?lesson=to-whom&step=2');
    const lesson = card(patchboard);
    const above = async (bottom: () => Promise<number>) => {
      await expect
        .poll(async () => (await bottom()) - ((await lesson.boundingBox())?.y ?? 0))
        .toBeLessThanOrEqual(0);
    };
    await lesson.getByRole('button', { name: 'Show me' }).click();
    const canvas = page.locator('main canvas').first();
    // The truth is layer 3; row 0 is the input.
    const { y } = await cellPosition(canvas, 4, 0);
    await above(async () => ((await canvas.boundingBox())?.y ?? 0) + y);
    expect(((await canvas.boundingBox())?.y ?? 0) + y).toBeGreaterThan(48);

    await page
      .getByRole('button', { name: /, position 1$/ })
      .first()
      .click();
    // A click that the card would take fails.
    const close = page.getByRole('button', { name: 'Close the menu' });
    await close.click();
    await expect(close).toBeHidden();
  });
}

/** The one that docs/teaching.md shows. */
const OWN = /```json\n(\{\n {2}"patchboard_lesson"[^]*?)```/.exec(
  readFileSync(fileURLToPath(new URL('../../docs/teaching.md', import.meta.url)), 'utf8'),
)?.[1];

test.describe('at an address', () => {
  test.use({ allowedErrors: /404/ });

  test('a teacher’s lesson is played, and a broken one gets one line', async ({ patchboard }) => {
    const { page } = patchboard;
    const files: Record<string, string> = {
      'own.json': OWN ?? '',
      'broken.json': (OWN ?? '').replace('"guess": "layer"', '"guess": "row"'),
      'page.html': '<!doctype html>',
    };
    await page.route(/\/lessons\//, (route) => {
      const body = files[route.request().url().replace(/^.*\//, '')];
      return route.fulfill(body === undefined ? { status: 404, body: '' } : { body });
    });
    const lesson = card(patchboard);
    await patchboard.open('?lesson=lessons/own.json');
    await expect(lesson).toContainText(/gives “Brown” a probability of \d\d %/);
    await lesson.getByRole('button', { name: 'Next ›' }).click();
    await lesson.getByLabel('layer').selectOption('5');
    await lesson.getByRole('button', { name: 'Check my guess' }).click();
    await expect(lesson).toContainText(/after layer \d\. Its vector brings back \d\d %/);
    await lesson.getByRole('button', { name: 'Next ›' }).click();
    await lesson.getByRole('radio', { name: '“Davis”' }).check();
    await lesson.getByRole('button', { name: 'Check my guess' }).click();
    await expect(lesson).toContainText('Right. It says “Davis”');

    for (const [name, line] of [
      ['broken.json', 'step 2, "ask.guess": "row", expected one of cell, word, layer, choice.'],
      ['page.html', 'the lesson at lessons/page.html is a page of HTML; expected a JSON file.'],
      ['none.json', 'there is no lesson at lessons/none.json (status 404); expected the address'],
    ] as const) {
      await patchboard.open(`?lesson=lessons/${name}`);
      await expect(lesson.getByRole('alert')).toContainText(line);
    }
    await patchboard.finish();
    await lesson.getByRole('button', { name: 'Close the lesson' }).click();
    await expect(lesson).toBeHidden();
    await expect(page.getByRole('complementary', { name: 'The chosen cell' })).toContainText(
      'at the last “·Michelle”',
    );
  });
});

test('Firefox plays them by keys alone', async ({ baseURL }) => {
  test.skip(FIREFOX === '', 'this machine has no Firefox');
  test.setTimeout(240_000);
  const firefox = await FirefoxPage.launch();
  try {
    for (const script of SCRIPTS) {
      await firefox.page.goto(`${baseURL ?? ''}?lesson=${script.name}`);
      await playByKeys(firefox.page as KeyedPage, script);
    }
    expect(firefox.errors).toEqual([]);
  } finally {
    await firefox.close();
  }
});
