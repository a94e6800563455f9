/** The scene on paper: one page of any usual size, light, with nothing to press. */

import { expect, type PatchboardPage, test } from './patchboard-page';

const wins = (count: string) =>
  `Cristiano Ronaldo has won ${count} Champions League titles. Lionel Messi has won four Champions League titles. The player who has won the most Champions League titles is`;
const COMPARISON = `?${new URLSearchParams({ clean: wins('five'), corrupted: wins('two') }).toString()}`;

/** Dark, with a cell that is held: its neurons are told as well. */
async function openHeld(patchboard: PatchboardPage, query: string) {
  const { page } = patchboard;
  await page.emulateMedia({ colorScheme: 'dark' });
  await patchboard.openFinished(query);
  await page.getByRole('application').first().press('Enter');
  await expect(page.getByRole('heading', { name: 'Neurons that differ' })).toBeVisible();
}

async function openFree(patchboard: PatchboardPage, query: string) {
  await patchboard.openFinished(query);
  const panel = patchboard.page.getByRole('complementary', { name: 'The chosen cell' });
  await expect(panel.getByRole('heading', { name: 'Heads of layer' })).toBeVisible();
}

for (const [name, open, query] of [
  ['a surname', openHeld, ''],
  ['the comparison', openHeld, COMPARISON],
  ['the start page, with no cell held', openFree, ''],
] as const) {
  test(`${name} is one page, upright and across, in A4 and Letter`, async ({ patchboard }) => {
    const { page } = patchboard;
    await open(patchboard, query);
    for (const format of ['A4', 'Letter']) {
      for (const landscape of [false, true]) {
        const pdf = (await page.pdf({ format, landscape })).toString('latin1');
        const sheets = pdf.match(/\/Type\s*\/Page\b/g)?.length;
        expect(sheets, `${format}, ${landscape ? 'across' : 'upright'}`).toBe(1);
      }
    }
  });
}

test('what it says is printed, dark on white; what is pressed is not', async ({ patchboard }) => {
  const { page } = patchboard;
  await openHeld(patchboard, '');
  const map = page.getByRole('region', { name: 'Map' });
  const colours = () =>
    page.locator('body').evaluate((body) => {
      const { backgroundColor, color } = getComputedStyle(body);
      return { backgroundColor, color };
    });
  expect((await colours()).backgroundColor).toBe('rgb(18, 22, 29)');
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  expect(await colours()).toEqual({
    backgroundColor: 'rgb(255, 255, 255)',
    color: 'rgb(22, 32, 44)',
  });
  // What is not patched at all is as pale as on a light page.
  const corner = () =>
    map.locator('canvas').evaluate((found) => {
      const canvas = found as HTMLCanvasElement;
      const [left = 0, top = 0] = (canvas.dataset['cells'] ?? '').split(' ').map(Number);
      const at = (length: number) => Math.round((length + 8) * devicePixelRatio);
      return [...(canvas.getContext('2d')?.getImageData(at(left), at(top), 1, 1).data ?? [])];
    });
  await expect.poll(async () => Math.min(...(await corner()))).toBeGreaterThan(230);
  for (const text of ['Neurons that differ', 'Where head', 'Heads of layer', 'Changed most']) {
    await expect(page.getByRole('heading', { name: text })).toBeVisible();
  }
  await expect(map.getByText(/^Colour: .* Model: .*\. Targets: /)).toBeVisible();
  await expect(map.locator('.legend')).toBeVisible();
  await expect(page.getByRole('button', { name: /^The clean run says ·Jones/ })).toBeVisible();
  for (const name of ['Run', 'Table', 'noise', 'Present', 'Share', 'More ▸', 'Let the cell go']) {
    await expect(page.getByRole('button', { name, exact: true })).toBeHidden();
  }
  await expect(page.getByRole('combobox')).toHaveCount(0);
});
