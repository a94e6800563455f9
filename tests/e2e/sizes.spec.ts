/** What is in the first screen without an action, on screens from a phone's to a large one, however long the map. */

import type { Locator } from '@playwright/test';

import { serveModel } from './model-server';
import { randomModel } from './models';
import { expect, type PatchboardPage, test } from './patchboard-page';

/** share: of the window, what the canvas fills at least. */
const SIZES = [
  { width: 1280, height: 720, share: 1 / 4 },
  { width: 1920, height: 1080, share: 1 / 4 },
  { width: 820, height: 1180, share: 1 / 5 },
  { width: 390, height: 844, share: 1 / 4 },
];
const LEAST_CELL = 12;
/** In the tokens of the models here. */
const TOKENS = 39;

const LONG =
  'Lionel Messi has won four Champions League titles. Lionel Messi has won four Champions League titles. ' +
  'Cristiano Ronaldo has won five Champions League titles. ' +
  'The player who has won the most Champions League titles is';
/** Where `five` is. */
const LONG_DIFFERS = 23;
const QUERY = `?${new URLSearchParams({ clean: LONG, corrupted: LONG.replace('five', 'two') }).toString()}`;

/** Of an element, the part in CSS pixels that lies in the window and in the frames around it. */
async function seenOf({ page }: PatchboardPage, selector: string) {
  return page
    .locator(selector)
    .first()
    .evaluate((element) => {
      let { left, top, right, bottom } = element.getBoundingClientRect();
      for (let frame = element.parentElement; frame; frame = frame.parentElement) {
        if (getComputedStyle(frame).overflow === 'visible') continue;
        const box = frame.getBoundingClientRect();
        [left, top] = [Math.max(left, box.left), Math.max(top, box.top)];
        [right, bottom] = [Math.min(right, box.right), Math.min(bottom, box.bottom)];
      }
      [right, bottom] = [Math.min(right, innerWidth), Math.min(bottom, innerHeight)];
      [left, top] = [Math.max(left, 0), Math.max(top, 0)];
      return Math.max(0, right - left) * Math.max(0, bottom - top);
    });
}

/** left, top, width and height of its cells. */
async function cellsOf({ page }: PatchboardPage): Promise<number[]> {
  const canvas = page.locator('main canvas').first();
  return ((await canvas.getAttribute('data-cells')) ?? '').split(' ').map(Number);
}

/** Whether a whole column lies in its frame, beside the labels. */
const isColumnSeen = (frame: Locator, position: number) =>
  frame.evaluate((element, column) => {
    const [left = 0, , width = 0] = (element.querySelector('canvas')?.dataset.cells ?? '')
      .split(' ')
      .map(Number);
    const from = left + column * width - element.scrollLeft;
    return from >= left && from + width <= element.clientWidth;
  }, position);

/** Where the prompts differ, in both rows of words and on the map. */
async function expectChangeSeen({ page }: PatchboardPage, where: string) {
  for (const run of ['clean', 'corrupted']) {
    const words = page.getByRole('group', { name: `Words of the ${run} prompt` });
    await expect(words.locator('.differs').first(), where).toBeInViewport({ ratio: 0.9 });
  }
  const frame = page.getByLabel('Map').getByRole('application');
  const at = await page.locator('[data-word^="clean-"].differs').first().getAttribute('data-word');
  const position = Number(at?.replace('clean-', ''));
  expect(await isColumnSeen(frame, position), `the column of the word that differs, ${where}`).toBe(
    true,
  );
}

async function expectScene(patchboard: PatchboardPage) {
  const { page } = patchboard;
  for (const { share, ...size } of SIZES) {
    const where = `${size.width}×${size.height}`;
    await page.setViewportSize(size);
    await expect
      .poll(
        async () => (await seenOf(patchboard, 'main canvas')) / (size.width * size.height),
        where,
      )
      .toBeGreaterThanOrEqual(share);
    for (const run of ['clean', 'corrupted']) {
      const words = page.getByRole('group', { name: `Words of the ${run} prompt` });
      const answer = page.getByRole('button', { name: new RegExp(`^The ${run} run says`) });
      await expect(words, where).toBeInViewport({ ratio: 0.9 });
      await expect(answer, where).toBeInViewport({ ratio: 0.9 });
    }
    const panel = page.getByRole('complementary', { name: 'The chosen cell' });
    await expect(panel, where).toBeInViewport();
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(sideways, where).toBe(0);
    const [, , cellWidth = 0, cellHeight = 0] = await cellsOf(patchboard);
    expect(Math.min(cellWidth, cellHeight), where).toBeGreaterThanOrEqual(LEAST_CELL);
    await expectChangeSeen(patchboard, where);
    // Rows that lie below are marked, and nothing else is.
    const isCut = await page
      .getByLabel('Map')
      .getByRole('application')
      .evaluate((frame) => frame.scrollHeight > frame.clientHeight + 1);
    await expect(page.locator('main .edge.below'), where).toHaveCount(isCut ? 1 : 0);
  }
}

test('prompts, answers, map and panel are in the first screen', async ({ patchboard }) => {
  await patchboard.openFinished();
  await expectScene(patchboard);
});

for (const layers of [24, 48]) {
  test(`so they are with ${TOKENS} tokens on ${layers} layers`, async ({ patchboard }) => {
    const shape = { n_layer: layers, n_head: 2, n_embd: 16 };
    const server = await serveModel(randomModel(shape));
    await patchboard.openScene(QUERY);
    await patchboard.load(server.address);
    await patchboard.expectInUse(`In use: ${server.address}`);
    await patchboard.close();
    const words = patchboard.page.getByRole('group', { name: 'Words of the clean prompt' });
    await expect(words.locator('[data-word]')).toHaveCount(TOKENS);
    const story = new RegExp(
      `All ${((layers + 1) * TOKENS).toLocaleString('en')} cells in|first-order map`,
    );
    await expect(patchboard.page.locator('main')).toContainText(story);
    await patchboard.finish();
    await expectScene(patchboard);
    // Its name is long, and leaves the parts in the bar.
    await expect(patchboard.page.getByRole('button', { name: 'Present' })).toBeInViewport({
      ratio: 1,
    });
    await patchboard.page.getByRole('button', { name: 'Table', exact: true }).click();
    const heading = patchboard.page.getByRole('columnheader', { name: '·five / ·two' });
    await heading.evaluate((element) => {
      element.closest('.frame')?.scrollIntoView({ block: 'end' });
    });
    await expect(heading).toBeInViewport({ ratio: 0.9 });
    await server.close();
  });
}

test('on a phone the maps of a set begin where the prompts differ too', async ({ patchboard }) => {
  const { page } = patchboard;
  await page.setViewportSize({ width: 390, height: 844 });
  await patchboard.openReady();
  await page.getByRole('tab', { name: 'Many prompts' }).click();
  const sets = page.getByRole('region', { name: 'Sets of prompt pairs' });
  const pairs = ['two', 'six'].map((word) => ({
    name: word,
    clean: LONG,
    corrupted: LONG.replace('five', word),
    targets: [' Crist', ' Lionel'],
  }));
  await sets.getByLabel('Pairs, as JSON or CSV').fill(JSON.stringify(pairs));
  await sets.getByRole('button', { name: 'Run all pairs' }).click();
  await expect(sets.getByRole('status').first()).toContainText('2 of 2 pairs');
  const frames = sets.getByRole('application');
  await expect(frames.nth(1)).toBeVisible();
  for (const frame of await frames.all()) {
    await frame.scrollIntoViewIfNeeded();
    // Not all of it is seen at once.
    expect(
      await frame.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth),
    ).toBeGreaterThan(100);
    await expect.poll(() => isColumnSeen(frame, LONG_DIFFERS)).toBe(true);
  }
});

test('on a phone prompts that share nothing leave the map’s place in the first screen', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await page.setViewportSize({ width: 390, height: 844 });
  const [clean, corrupted] = [
    'The cat sat on the mat and Michelle Jones was there',
    'A cat sat on one mat and Michelle Cristiano was there',
  ];
  await patchboard.open(`?${new URLSearchParams({ clean, corrupted }).toString()}`);
  const repairs = page.getByRole('group', { name: 'Prompts of different lengths' });
  await expect(repairs).toBeVisible();
  await expect(page.getByText(/^No map yet\./)).toBeInViewport({ ratio: 0.9 });
  const offers = repairs.getByRole('button', { name: /^Use “/ });
  const before = await offers.count();
  await repairs.getByText(/more repair/).click();
  expect(await offers.count()).toBeGreaterThan(before);
});

/** What reaches over the right edge of what it stands in, but where that scrolls. */
function overItsEdge(part: Element): string[] {
  const edgeOf = (frame: Element) =>
    frame.getBoundingClientRect().right - parseFloat(getComputedStyle(frame).paddingRight);
  return [...part.querySelectorAll('*')]
    .filter((element) => {
      const frame = element.parentElement;
      if (!frame || getComputedStyle(element).position === 'absolute') return false;
      if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(frame).overflowX)) return false;
      const { right, width } = element.getBoundingClientRect();
      return width > 0 && right > edgeOf(frame) + 1;
    })
    .map(({ tagName, textContent }) => `${tagName} ${textContent.trim().slice(0, 40)}`);
}

test('on a phone the model’s part holds all of it, whichever is chosen', async ({ patchboard }) => {
  await patchboard.page.setViewportSize({ width: 390, height: 844 });
  await patchboard.openFinished();
  await patchboard.show('Model');
  for (const option of await patchboard.modelSelect.locator('option').all()) {
    await patchboard.modelSelect.selectOption((await option.getAttribute('value')) ?? '');
    expect(await patchboard.part('Model').evaluate(overItsEdge), await option.innerText()).toEqual(
      [],
    );
  }
});
