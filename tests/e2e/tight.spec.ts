/** Short screens, long texts, and prompts that cannot be run: the map is seen, and said to be what it is. */

import { expect, type PatchboardPage, test } from './patchboard-page';

/** The map is high enough to be read, and what follows it lies below it. */
async function expectMapApart(patchboard: PatchboardPage) {
  const map = await patchboard.page.locator('main canvas').first().boundingBox();
  const run = await patchboard.runButton.boundingBox();
  const panel = patchboard.page.getByRole('complementary', { name: 'The chosen cell' });
  expect(map?.height).toBeGreaterThanOrEqual(180);
  expect(run?.y).toBeGreaterThanOrEqual((map?.y ?? Infinity) + (map?.height ?? Infinity));
  const isBeside = (map?.x ?? 0) + (map?.width ?? 0) <= ((await panel.boundingBox())?.x ?? 0);
  const runEnd = (run?.y ?? Infinity) + (run?.height ?? Infinity);
  if (!isBeside) expect((await panel.boundingBox())?.y).toBeGreaterThanOrEqual(runEnd);
  expect(
    await patchboard.page.evaluate(() => document.documentElement.scrollWidth > innerWidth),
  ).toBe(false);
}

for (const [width, height] of [
  [853, 480],
  [640, 360],
] as const) {
  test.describe(`${width}×${height}`, () => {
    test.use({ viewport: { width, height } });

    test('the page scrolls, and each part of it can be reached', async ({ patchboard }) => {
      await patchboard.openFinished();
      await expectMapApart(patchboard);
      for (const name of ['Run', 'More ▸']) {
        const button = patchboard.page.getByRole('button', { name, exact: true });
        await button.scrollIntoViewIfNeeded();
        await expect(button).toBeInViewport({ ratio: 1 });
      }
    });
  });
}

async function write(patchboard: PatchboardPage, run: string, text: string) {
  const { page } = patchboard;
  await page.getByRole('button', { name: `Edit the text of the ${run} prompt` }).click();
  await page.getByLabel(`Text of the ${run} prompt`).fill(text);
  await page.keyboard.press('Enter');
}

test('prompts that cannot be run are told where the map of others stays', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  await write(patchboard, 'clean', 'x '.repeat(400));
  const told = page.getByRole('status').filter({ hasText: 'This is still the map of' });
  await expect(told).toContainText('Jones / Smith. The prompts have 800 and 10 tokens');
  await expect(page.getByRole('button', { name: /^Edit the text of the clean/ })).toBeInViewport();
  await expectMapApart(patchboard);
  await page.getByRole('button', { name: 'noise', exact: true }).click();
  await expect(page.getByRole('button', { name: 'noise', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await expect(told).toContainText('denoising: Jones / Smith');
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(page.getByRole('dialog', { name: 'Share' })).toContainText(
    'The files are of the map that is shown: denoising: Jones / Smith',
  );
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Back to “denoising: Jones / Smith”' }).click();
  await expect(told).toHaveCount(0);
  await expect(page.getByRole('button', { name: /^The clean run says ·Jones/ })).toBeVisible();
  await expect(page.getByRole('list', { name: 'History' }).getByRole('listitem')).toHaveCount(1);
});

test('a link to prompts that cannot be run says so in the place of the map', async ({
  patchboard,
}) => {
  await patchboard.openScene('?clean=Hello&corrupted=');
  await expect(
    patchboard.page.getByText(/^No map yet\. .*corrupted prompt: is empty/),
  ).toBeVisible();
});

test('a part that is longer than the window is printed whole', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  await patchboard.show('Results');
  await expect(page.getByRole('heading', { name: /^Table 3\./ })).toBeAttached();
  const pages = (await page.pdf({ format: 'A4' })).toString('latin1').match(/\/Type\s*\/Page\b/g);
  expect(pages?.length).toBeGreaterThan(1);
});
