/** A student's answers are saved as a file, and a teacher reads a class's into a table and a map. */

import { readFileSync } from 'node:fs';

import type { Page } from '@playwright/test';

import { axeFindings, smallTargets, unseenFocus } from './accessible';
import { expect, test } from './patchboard-page';

/** The file, by its name and what is in it. */
async function saved(page: Page, name: string) {
  await page.getByLabel('Your name, if you like').fill(name);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as a file' }).click();
  const file = await download;
  const buffer = readFileSync(await file.path());
  return { name: file.suggestedFilename(), mimeType: 'application/json', buffer };
}

test('answers are handed in as a file, and a class’s are read into a table and a map', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.open('?lesson=surname&step=3');
  await page.getByRole('combobox', { name: 'word' }).selectOption('·was');
  await page.getByRole('button', { name: 'Check my guess' }).click();
  await page.getByText('Save my answers', { exact: true }).click();
  await expect(page.getByText('nothing is sent anywhere')).toBeVisible();
  const ana = await saved(page, 'Ana Díaz');
  const wang = await saved(page, '王小明');
  expect([ana.name, wang.name]).toEqual([
    'where-is-the-name-ana-díaz.json',
    'where-is-the-name-王小明.json',
  ]);
  await page.getByRole('button', { name: 'Close the lesson' }).click();

  await patchboard.show('Lessons');
  await page.getByRole('button', { name: 'Read a class’s answers…' }).click();
  const part = page.getByRole('dialog', { name: 'A class’s answers' });
  const json = (name: string, text: string) => ({ ...ana, name, buffer: Buffer.from(text) });
  const changed = ana.buffer.toString().replace('"wrong"', '"right"');
  await part
    .getByLabel('Files')
    .setInputFiles([ana, wang, json('changed.json', changed), json('map.json', '{"results": 1}')]);
  await expect(part.getByRole('status').first()).toHaveText('Read: 2 students.');
  await expect(part).toContainText('changed.json, "check": is not that of the rest of the file');
  await expect(part).toContainText('map.json: a saved result, not a student’s answers');
  await expect(part.getByRole('row')).toHaveCount(3);
  await expect(part.getByRole('row', { name: /^王小明/ })).toContainText('0 of 1');
  const step = part.getByRole('article', { name: 'Step 3' });
  await expect(step).toContainText('0 of 2 right.');
  const map = step.getByRole('application');
  await map.press('Home');
  for (const _ of [1, 2]) await map.press('ArrowRight');
  await expect(step).toContainText('2 of 2 students: ·was');
  await part.getByRole('button', { name: 'student' }).click();
  await expect(part.getByRole('row').nth(1)).toContainText('王小明');
  expect([...(await axeFindings(page)), ...(await smallTargets(page))]).toEqual([]);
  expect(await unseenFocus(page)).toEqual([]);
  const download = page.waitForEvent('download');
  await part.getByRole('button', { name: 'CSV' }).click();
  const csv = readFileSync(await (await download).path(), 'utf8').split('\r\n');
  expect(csv[0]).toMatch(/^student,file,saved,right,guesses,step 3: .*,step 3: verdict$/);
  expect(csv[1]).toMatch(/^王小明,.*,0,1,·was,wrong$/);
});
