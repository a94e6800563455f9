/** What a press is refused for is seen where it is said, however low the window is, and said once. */

import { expect, test } from './patchboard-page';

test.use({ viewport: { width: 820, height: 480 } });

test('what cannot be opened is said in view', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openScene();
  await patchboard.show('Open');
  await page.getByLabel('Or paste it').fill('{"patchboard": 1');
  for (let time = 0; time < 2; time++) {
    await page.getByRole('button', { name: 'Open it' }).click();
    await expect(patchboard.alerts).toHaveCount(1);
    await expect(patchboard.alerts).toBeInViewport({ ratio: 0.95 });
    await patchboard.part('Open').evaluate((drawer) => {
      drawer.scrollTop = 0;
    });
  }
});

test('what cannot be run is said in view, and no second time above the map', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  await page.getByRole('button', { name: 'Edit the text of the clean prompt' }).click();
  await page.getByLabel('Text of the clean prompt').fill('Michelle Cristiano was here');
  await page.keyboard.press('Enter');
  const told = page.getByRole('status').filter({ hasText: 'This is still the map of' });
  await expect(told).toContainText('they must have as many as each other');
  await patchboard.runButton.click();
  await expect(patchboard.alerts).toHaveCount(1);
  await expect(patchboard.alerts).toContainText('as many tokens as each other');
  await expect(patchboard.alerts).toBeInViewport({ ratio: 0.95 });
  await expect(told).toContainText('It cannot be run as it stands.');
  await expect(page.getByText(/as many (tokens )?as each other/)).toHaveCount(1);
});

test('prompts that are the same are said to be, once', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openFinished();
  await page.getByRole('button', { name: /^·Smith, position 1/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Jones', exact: true }).click();
  await expect(page.getByText('The prompts are the same')).toHaveCount(1);
  await expect(page.getByText('the same').filter({ visible: true })).toHaveCount(1);
});
