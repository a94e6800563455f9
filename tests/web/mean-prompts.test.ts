/** What the mean of an ablation begins with: prompts that are as long as the clean one. */

import { expect, test } from 'vitest';

import { meanPrompts } from '../../web/src/tokens/mean-prompts';
import { FakeTokenizer } from './fake-tokenizer';

const WHOLE = ['Michelle', 'Jones', 'Smith', 'Adams', 'Brown', 'Anna', 'was', 'so', 'it'];

async function promptsOf(clean: string, corrupted: string) {
  const tokenizer = new FakeTokenizer(WHOLE);
  const [own, other] = [await tokenizer.tokenize(clean), await tokenizer.tokenize(corrupted)];
  const prompts = await meanPrompts(tokenizer, own, other);
  for (const prompt of prompts) {
    expect(await tokenizer.tokenize(prompt)).toHaveLength(own.length);
  }
  return prompts;
}

test('the word that differs has others of its kind in its place, the corrupted one first', async () => {
  expect(await promptsOf('Michelle Jones was', 'Michelle Smith was')).toEqual([
    'Michelle Smith was',
    'Michelle Adams was',
    'Michelle Brown was',
  ]);
});

test('a word of no kind has the corrupted prompt’s in its place', async () => {
  expect(await promptsOf('Michelle was', 'Michelle so')).toEqual(['Michelle so']);
});

test('where no word differs, or the prompts do not line up, another one is varied', async () => {
  for (const corrupted of ['it was Jones', 'Jones']) {
    expect(await promptsOf('it was Jones', corrupted)).toContain('it was Smith');
  }
});

test('a prompt without a word to vary is itself', async () => {
  expect(await promptsOf('it was so', 'it was so')).toEqual(['it was so']);
});
