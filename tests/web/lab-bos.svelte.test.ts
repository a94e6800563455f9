/** The token before every prompt in the page: what is run, and what is held by its position. */

import { afterEach, expect, test } from 'vitest';

import { mendNotes } from '../../web/src/state/mend-notes';
import { HonestSession } from './honest-session';
import { LabPage } from './lab-page.svelte';

const LINK = '?clean=a+Jones+b&corrupted=a+Smith+b&target=+Jones&target=+Smith';

let page: LabPage;
afterEach(() => {
  page.close();
});

async function opened(search = LINK) {
  page = new LabPage(search);
  const session = new HonestSession('m');
  page.use(session);
  await page.settle();
  return { lab: page.lab, session };
}

test('turning it on runs again, with a column before the prompts', async () => {
  const { lab, session } = await opened();
  expect(lab.tokens.clean).toHaveLength(3);
  const { length } = session.runs;
  lab.beginWithBos(true);
  await page.settle();
  expect(session.runs).toHaveLength(length + 1);
  expect(JSON.parse(session.runs.at(-1)!.document)).toMatchObject({ bos: true });
  expect(lab.tokens.clean.map(({ text }) => text)).toEqual(['<|endoftext|>', 'a', 'Jones', 'b']);
  expect(lab.run.result?.start.tokensClean).toHaveLength(4);
  expect(lab.isShown).toBe(true);
  expect(page.tab.search).toContain('&bos');
});

test('turning it off shows what was known, and asks nothing', async () => {
  const { lab, session } = await opened();
  lab.beginWithBos(true);
  await page.settle();
  const { length } = session.runs;
  lab.beginWithBos(false);
  await page.settle();
  expect(session.runs).toHaveLength(length);
  expect(lab.run.result?.start.tokensClean).toHaveLength(3);
  expect(page.tab.search).not.toContain('bos');
});

test('the cell that is held stays with its word, and so does the region', async () => {
  const { lab } = await opened();
  const place = { site: 'resid_post', direction: 'denoising', layer: 1, head: -1 } as const;
  lab.selection.lock({ ...place, position: 1 });
  lab.restrict({ layers: [0, 2], positions: [1, 3] });
  await page.settle();
  lab.beginWithBos(true);
  await page.settle();
  expect(lab.selection.locked?.position).toBe(2);
  expect(lab.experiment.region?.positions).toEqual([2, 4]);
  lab.selection.lock({ ...place, position: 0 });
  lab.beginWithBos(false);
  await page.settle();
  expect(lab.selection.locked).toBeUndefined();
  expect(lab.experiment.region?.positions).toEqual([1, 3]);
});

test('a link opens with it', async () => {
  const { lab, session } = await opened(`${LINK}&bos&special-tokens=text`);
  expect(JSON.parse(session.runs[0]!.document)).toMatchObject({ bos: true, special_tokens: false });
  expect(lab.tokens.clean).toHaveLength(4);
  lab.readSpecialTokens(true);
  await page.settle();
  expect(lab.experiment).not.toHaveProperty('special_tokens');
});

test('a target without its space is noted, and a click chooses it with one', async () => {
  const { lab, session } = await opened(LINK.replace('target=+Jones', 'target=Jones'));
  expect(lab.tokens.notes.map(({ place }) => place)).toEqual(['targets[0]']);
  mendNotes(lab, lab.tokens.notes);
  await page.settle();
  expect(lab.experiment.targets).toEqual([' Jones', ' Smith']);
  expect(lab.followsTargets).toBe(false);
  expect(lab.tokens.notes).toEqual([]);
  expect(JSON.parse(session.runs.at(-1)!.document)).toMatchObject({
    targets: [' Jones', ' Smith'],
  });
});
