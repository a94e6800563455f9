/** The one way in which heatmaps are drawn: keys, fingers, frames that scroll, paper, forced colours. */

import type { Locator, Page } from '@playwright/test';

import { cellPosition, cellsInWindow } from './map-cell';
import { LAYERS } from './models';
import { expect, test } from './patchboard-page';

const PHONE = { width: 390, height: 844 };
const LONG = Array.from({ length: 4 }, () => 'was a top-notch student.').join(' ');
const OF_LONG = `?${new URLSearchParams({
  clean: `Michelle Jones ${LONG} Michelle`,
  corrupted: `Michelle Smith ${LONG} Michelle`,
}).toString()}`;

const mapOf = (page: Page) => page.getByRole('application').first();
const readoutOf = (page: Page) => page.locator('figure').first().locator('[aria-live]');

/** The width of what is drawn, in CSS pixels. */
const drawnWidth = (canvas: Locator) =>
  canvas.evaluate((found) => (found as HTMLCanvasElement).width / devicePixelRatio);

test('keys lead to the ends of rows and columns, and to the strongest cell', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openReady();
  await patchboard.run();
  const map = mapOf(page);
  await map.focus();
  await map.press('Control+End');
  await expect(readoutOf(page)).toContainText(`Layer ${LAYERS - 1}, position 9`);
  await map.press('Home');
  await map.press('PageUp');
  await expect(readoutOf(page)).toContainText('Input of layer 0, position 0');
  await map.press('s');
  // The word that differs, or the last one: nothing else brings the answer back.
  await expect(readoutOf(page)).toContainText(/layer \d, position [19],/i);
});

test.describe('with fingers', () => {
  test.use({ hasTouch: true, viewport: PHONE });

  test('one that rests and then moves chooses a region, and the page does not scroll', async ({
    patchboard,
  }) => {
    const { page } = patchboard;
    await patchboard.openReady();
    await patchboard.run();
    const at = await cellsInWindow(patchboard.maps.first());
    const scrolled = await page.evaluate(() => scrollY);
    const touch = await page.context().newCDPSession(page);
    const send = async (type: 'touchStart' | 'touchMove' | 'touchEnd', row = 0, column = 0) =>
      touch.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : [await at(row, column)],
      });
    // Below the row of the input.
    await send('touchStart', 2, 1);
    await page.waitForTimeout(600); // a finger that rests
    await send('touchMove', 2, 2);
    await send('touchMove', 3, 3);
    expect(await page.evaluate(() => scrollY)).toBe(scrolled);
    await send('touchEnd');
    await expect(page.getByText('layers 1–2, positions 1–3')).toBeVisible();
  });
});

test.describe('wider than its frame', () => {
  test.use({ viewport: PHONE });

  test('a map scrolls under labels that stand, and keys bring their cell into sight', async ({
    patchboard,
  }) => {
    const { page } = patchboard;
    await patchboard.openReady(OF_LONG);
    await patchboard.run();
    const map = mapOf(page);
    const canvas = map.locator('canvas');
    const [, , cellWidth = 0, cellHeight = 0] = ((await canvas.getAttribute('data-cells')) ?? '')
      .split(' ')
      .map(Number);
    expect(Math.min(cellWidth, cellHeight)).toBeGreaterThanOrEqual(12);
    // More lies to the right; once scrolled, to both sides, and then to the left.
    await map.evaluate((frame) => (frame.scrollLeft = 0));
    await expect(map.locator('.edge')).toHaveCount(1);
    await map.evaluate((frame) => (frame.scrollLeft = 30));
    await expect(map.locator('.edge')).toHaveCount(2);
    await map.evaluate((frame) => (frame.scrollLeft = 0));
    await map.focus();
    await map.press('ArrowRight');
    const before = await canvas.boundingBox();
    await map.press('End');
    await expect(readoutOf(page)).toContainText('·Michelle');
    expect(await map.evaluate((frame) => frame.scrollLeft)).toBeGreaterThan(0);
    expect(await canvas.boundingBox()).toEqual(before);
    const left = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(left).toBe(0);
    // What lies where the first cell was is no longer the first position.
    await canvas.hover({ position: await cellPosition(canvas, 0, 0) });
    await expect(readoutOf(page)).not.toContainText('position 0,');
  });

  test('a map is printed whole', async ({ patchboard }) => {
    const { page } = patchboard;
    await patchboard.openReady(OF_LONG);
    await patchboard.run();
    const canvas = mapOf(page).locator('canvas');
    const frame = await mapOf(page).evaluate((found) => [found.clientWidth, found.scrollWidth]);
    const [seen = 0, whole = 0] = frame;
    expect(whole).toBeGreaterThan(seen);
    expect(await drawnWidth(canvas)).toBe(seen);
    await page.emulateMedia({ media: 'print' });
    await expect.poll(() => drawnWidth(canvas)).toBe(whole);
    const { x = NaN, width = NaN } = (await canvas.boundingBox()) ?? {};
    expect(x + width).toBeLessThanOrEqual(PHONE.width);
  });
});

test('forced colours leave the cells and their scale as they are', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openReady();
  await patchboard.run();
  const scale = page.locator('figure .ramp').first();
  const canvas = patchboard.maps.first();
  const { x, y } = await cellPosition(canvas, 0, 1);
  const pixel = () =>
    canvas.evaluate(
      (found, at) => {
        const copy = new OffscreenCanvas(1, 1).getContext('2d')!;
        const [x, y] = [at.x * devicePixelRatio, at.y * devicePixelRatio];
        copy.drawImage(found as HTMLCanvasElement, -x, -y);
        return [...copy.getImageData(0, 0, 1, 1).data];
      },
      { x, y },
    );
  const gradient = () => scale.evaluate((found) => getComputedStyle(found).backgroundImage);
  const [cell, colours] = [await pixel(), await gradient()];
  expect(cell[3]).toBe(255);
  await page.emulateMedia({ forcedColors: 'active' });
  await page.waitForTimeout(100); // a frame is drawn
  expect(await pixel()).toEqual(cell);
  expect(await gradient()).toBe(colours);
  expect(colours).toContain('gradient');
});
