/** One experiment in a frame of another page: prompts, map and what it says, in the height that teachers give it. */

import { expect, type PatchboardPage, test } from './patchboard-page';

const wins = (count: string) =>
  `Cristiano Ronaldo has won ${count} Champions League titles. Lionel Messi has won four Champions League titles. The player who has won the most Champions League titles is`;
const COMPARISON = `?embed&${new URLSearchParams({ clean: wins('five'), corrupted: wins('two') }).toString()}`;

const sentenceOf = ({ page }: PatchboardPage) => page.locator('main [aria-live]').first();

async function openWhole(patchboard: PatchboardPage, query: string) {
  await patchboard.open(query);
  await expect(sentenceOf(patchboard)).toContainText(/run with .* says “/, { timeout: 120_000 });
}

for (const [width, height] of [
  [900, 480],
  [600, 480],
] as const) {
  test.describe(`${width}×${height}`, () => {
    test.use({ viewport: { width, height } });

    test('everything is seen at once: prompts, the whole map, its scale, a sentence, the link', async ({
      patchboard,
    }) => {
      const { page } = patchboard;
      for (const query of ['?embed', COMPARISON]) {
        await openWhole(patchboard, query);
        const size = await page.evaluate(() => {
          const { scrollWidth, scrollHeight } = document.documentElement;
          return [scrollWidth, scrollHeight];
        });
        expect(size).toEqual([width, height]);
        const prompts = await page.getByRole('region', { name: 'Prompts' }).boundingBox();
        const map = page.getByRole('application');
        const box = await map.locator('canvas').boundingBox();
        expect(box?.y).toBeGreaterThanOrEqual((prompts?.y ?? NaN) + (prompts?.height ?? NaN));
        expect((box?.width ?? 0) * (box?.height ?? 0)).toBeGreaterThan(0.3 * width * height);
        const scrolls = await map.evaluate(
          (frame) =>
            frame.scrollHeight > frame.clientHeight || frame.scrollWidth > frame.clientWidth,
        );
        expect(scrolls).toBe(false);
        for (const part of [
          page.locator('.legend'),
          page.getByText(/→ ·\w+ 0\.\d\d/).first(),
          page.getByRole('link', { name: 'Open in Patchboard' }),
        ]) {
          await expect(part).toBeInViewport({ ratio: 1 });
        }
      }
    });
  });
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 640 } });

  test('nothing scrolls sideways but the map in its frame', async ({ patchboard }) => {
    for (const query of ['?embed', COMPARISON]) {
      await openWhole(patchboard, query);
      expect(await patchboard.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    }
  });
});

test('it runs by itself, is read by keys and clicks, and leads to the whole page', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.open('?embed&site=mlp_out');
  await patchboard.expectAskedRunDone();
  await expect(patchboard.runButton).toHaveCount(0);
  const map = page.getByRole('application');
  await expect(map).toHaveAccessibleName(/ at mlp_out, denoising/);
  await map.focus();
  for (const key of ['PageUp', 'Home', 'ArrowRight', 'Enter']) await map.press(key);
  await expect(sentenceOf(patchboard)).toContainText('Mlp_out, layer 0, at “·Jones”');
  const link = page.getByRole('link', { name: 'Open in Patchboard' });
  const query = async () => new URL((await link.getAttribute('href')) ?? '').searchParams;
  expect((await query()).has('embed')).toBe(false);
  expect((await query()).get('site')).toBe('mlp_out');
  expect((await query()).get('cell')).toBe('mlp_out,denoising,0,,1');
  await page.getByRole('button', { name: 'All maps and values' }).click();
  await expect(page.getByRole('region', { name: 'Heatmaps of mlp_out' })).toBeVisible();
});

test('one with a problem in its address says so and does not run', async ({ patchboard }) => {
  await patchboard.open('?embed&window=none');
  await expect(patchboard.alerts).toContainText('window');
  // Loaded, and a run would have begun.
  await expect(patchboard.modelSelect).toHaveCount(0);
  await patchboard.expectStatus('idle');
  await expect(patchboard.maps).toHaveCount(0);
});
