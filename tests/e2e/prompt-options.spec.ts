/** The token before every prompt, special tokens in texts, and notes on spaces: in the page, against the command. */

import { BASIC, expectNative } from './basic-numbers';
import { patchExperiment, type SweepOutput } from './command';
import { EMBEDDED } from './models';
import { expect, test } from './patchboard-page';

const SWITCH = 'begin every prompt with the model’s own token';

function native(more: object = {}): SweepOutput {
  const [sweep] = patchExperiment(EMBEDDED, { ...BASIC, ...more }).results.sweeps;
  if (!sweep) throw new Error('the command gave no sweep');
  return sweep;
}

test('the switch puts the model’s own token first, and the numbers are the command’s', async ({
  page,
  patchboard,
}) => {
  await patchboard.openFinished();
  const words = page.getByRole('group', { name: 'Words of the clean prompt' });
  const bos = words.getByRole('button', { name: '‹endoftext›, before every prompt, position 0' });
  await expect(bos).toBeHidden();
  await patchboard.show('More');
  await page.getByText(SWITCH).click();
  await expect(page).toHaveURL(/[?&]bos(&|$)/);
  await patchboard.finish();
  expectNative(await patchboard.values(), native({ bos: true }));
  await patchboard.close();
  await expect(bos).toBeVisible();
  // From the link, too.
  await patchboard.openFinished(new URL(page.url()).search);
  expectNative(await patchboard.values(), native({ bos: true }));
  await patchboard.close();
  await bos.click();
  await page.getByRole('button', { name: 'Begin without it' }).click();
  await expect(bos).toBeHidden();
  await expect(page).not.toHaveURL(/bos/);
});

test('a special token in a text is one, and plain text where that is asked for', async ({
  page,
  patchboard,
}) => {
  const query = new URLSearchParams({
    clean: 'Jones<|endoftext|>Michelle',
    corrupted: 'Smith<|endoftext|>Michelle',
    target: ' Jones',
  });
  await patchboard.openScene(`?${query}`);
  const words = page.getByRole('group', { name: 'Words of the clean prompt' });
  await expect(words.getByRole('button', { name: '‹endoftext›, position' })).toBeVisible();
  await expect(words.locator('.word')).toHaveCount(3);
  await patchboard.openScene(`?${query}&special-tokens=text`);
  await expect.poll(() => words.locator('.word').count()).toBeGreaterThan(5);
  await expect(words.getByRole('button', { name: '‹endoftext›' })).toBeHidden();
});

test('what is likely to be meant otherwise is a line, and a click mends it', async ({
  page,
  patchboard,
}) => {
  const query = new URLSearchParams({ clean: `${BASIC.clean} `, corrupted: `${BASIC.corrupted} ` });
  query.append('target', 'Jones');
  query.append('target', ' Smith');
  await patchboard.openScene(`?${query}`);
  const note = page.locator('[data-note]:visible');
  await expect(note).toContainText('The clean prompt ends in a space');
  await note.getByRole('button', { name: 'Take the space away' }).click();
  await expect(note).toContainText('has no space before it');
  await note.getByRole('button', { name: 'Measure “·Jones”' }).click();
  await expect(note).toBeHidden();
  await patchboard.finish();
  expectNative(await patchboard.values(), native());
});

test('what the page opens with has nothing to mend', async ({ page, patchboard }) => {
  await patchboard.openFinished();
  await expect(page.locator('[data-note]')).toHaveCount(0);
});
