/** The map shown to a room: large type, nothing cut, and keys that show it row by row. */

import type { Page } from '@playwright/test';

import { LAYERS } from './models';
import { expect, type PatchboardPage, test } from './patchboard-page';

const QUESTION = 'The player who has won the most Champions League titles is';
const wins = (count: string) =>
  `Cristiano Ronaldo has won ${count} Champions League titles. Lionel Messi has won four Champions League titles. ${QUESTION}`;
const COMPARISON = `?present&${new URLSearchParams({ clean: wins('five'), corrupted: wins('two') }).toString()}`;
const ROWS = LAYERS + 1;

const mapOf = ({ page }: PatchboardPage) => page.getByRole('application').first();
const sentenceOf = ({ page }: PatchboardPage) => page.locator('main > [aria-live]');

/** Before the page draws anything. */
const noteLetters = (page: Page) =>
  page.addInitScript(() => {
    const notes = globalThis as unknown as { canvasFonts: Set<number> };
    notes.canvasFonts = new Set();
    const draw = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (...drawn) {
      const size = Number(/([\d.]+)px/.exec(this.font)?.[1]);
      if (this.canvas.checkVisibility()) notes.canvasFonts.add(size);
      draw.apply(this, drawn);
    };
  });

/** The smallest letters, in CSS pixels: of the text that is seen, and of what was drawn. */
const leastLetters = (page: Page) =>
  page.evaluate(() => {
    const { canvasFonts } = globalThis as unknown as { canvasFonts: Set<number> };
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const sizes: number[] = [];
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const { parentElement: parent, textContent } = node;
      if (!parent?.checkVisibility() || textContent?.trim() === '') continue;
      sizes.push(parseFloat(getComputedStyle(parent).fontSize));
    }
    return { text: Math.min(...sizes), map: Math.min(...canvasFonts) };
  });

/** What does not have the room that it needs, or lies over what follows it. */
const whatIsCut = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    const found: string[] = [];
    if (scrollWidth > innerWidth || scrollHeight > innerHeight) found.push('the page scrolls');
    for (const element of document.querySelectorAll('main, main *')) {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      const isOutside = left < 0 || top < 0 || right > innerWidth + 1 || bottom > innerHeight + 1;
      const name = `${element.localName} ${element.className.toString()}`;
      if (isOutside) found.push(`${name} is outside of the window`);
      const isBlock = getComputedStyle(element).display !== 'inline';
      const isLonger =
        element.scrollWidth > element.clientWidth + 1 ||
        element.scrollHeight > element.clientHeight + 1;
      if (isBlock && isLonger) found.push(`${name} is cut`);
    }
    const parts = [...document.querySelectorAll('main > *')];
    for (const [index, part] of parts.entries()) {
      const next = parts[index + 1]?.getBoundingClientRect().top ?? Infinity;
      if (part.getBoundingClientRect().bottom > next)
        found.push(`part ${index} lies over the next`);
    }
    return found;
  });

for (const [width, height] of [
  [1280, 720],
  [1920, 1080],
] as const) {
  test.describe(`${width}×${height}`, () => {
    test.use({ viewport: { width, height } });

    test('each letter can be read from the last row, and nothing is cut', async ({
      patchboard,
    }) => {
      const { page } = patchboard;
      await noteLetters(page);
      for (const query of ['?present', COMPARISON]) {
        await patchboard.open(query);
        await expect(sentenceOf(patchboard)).toContainText(/run with .* says “/, {
          timeout: 120_000,
        });
        const { text, map } = await leastLetters(page);
        expect(text).toBeGreaterThanOrEqual(20);
        expect(map).toBeGreaterThanOrEqual(20);
        expect(await whatIsCut(page)).toEqual([]);
        const size = (part: string) =>
          page.locator(part).evaluate((found) => parseFloat(getComputedStyle(found).fontSize));
        expect(await size('[aria-label="Prompts"]')).toBeGreaterThanOrEqual(30);
        expect(await size('main > [aria-live]')).toBeGreaterThanOrEqual(28);
        // The map has what is left: a third of the window at least.
        const box = await mapOf(patchboard).locator('canvas').boundingBox();
        expect(box?.width).toBeGreaterThan(0.9 * width);
        expect(box?.height).toBeGreaterThan(0.4 * height);
      }
    });
  });
}

test('P opens it from the map; Space, a presenter and D show it; Escape returns to the map', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  await page.getByRole('button', { name: 'noise', exact: true }).press('p');
  await expect(page.getByRole('button', { name: 'Present' })).toBeVisible();
  await mapOf(patchboard).press('p');
  await expect(page).toHaveURL(/\?present&/);
  const map = mapOf(patchboard);
  await expect(map).toBeFocused();
  const expectShown = (rows: number) =>
    expect(map).toHaveAccessibleName(new RegExp(`, ${rows} of ${ROWS} rows shown`));
  await expectShown(ROWS);
  for (const [key, rows] of [
    [' ', 1],
    [' ', 2],
    ['PageDown', 3],
    ['Shift+ ', 2],
    ['PageUp', 1],
  ] as const) {
    await page.keyboard.press(key);
    await expectShown(rows);
  }
  // Nothing of the rows that are hidden is said.
  await page.keyboard.press('ArrowDown');
  await expect(sentenceOf(patchboard)).toContainText('After layer 0');
  await expect(sentenceOf(patchboard)).toContainText('Not shown yet.');
  await page.keyboard.press(' ');
  await expect(sentenceOf(patchboard)).toContainText(/The corrupted run with .* says “·\w+” \(/);
  await page.keyboard.press('d');
  await expect(page.getByRole('heading', { name: 'takes “·Jones” away' })).toBeVisible();
  await expect(sentenceOf(patchboard)).toContainText(/^\s*After layer 0, .*The clean run with /);
  await expect(page).toHaveURL(/present&.*direction=noising/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('region', { name: 'Map' })).toBeVisible();
  await expect(mapOf(patchboard)).toBeFocused();
  await expect(page).not.toHaveURL(/present/);
});

test('it has buttons for who has no keys, and each of them leaves the map its keys', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  await page.getByRole('button', { name: 'Present' }).click();
  await page.getByRole('button', { name: 'row ▸' }).click();
  await expect(mapOf(patchboard)).toHaveAccessibleName(new RegExp(`, 1 of ${ROWS} rows`));
  await expect(mapOf(patchboard)).toBeFocused();
  await page.getByRole('button', { name: 'denoising ⇄' }).click();
  await expect(page.getByRole('button', { name: 'noising ⇄' })).toBeVisible();
  await page.getByRole('button', { name: 'leave ×' }).click();
  await expect(page.getByRole('button', { name: 'Present' })).toBeVisible();
});
