import { expect, test } from 'vitest';

import { positionsToNoise } from '../../web/src/tokens/noised-words';
import { FakeTokenizer } from './fake-tokenizer';

const model = new FakeTokenizer(['Michelle', 'Jones', 'Smith', 'was', 'a', 'student', '.']);

const noised = async (clean: string, corrupted = clean) =>
  positionsToNoise(await model.tokenize(clean), await model.tokenize(corrupted));

test('noise begins on the words that differ', async () => {
  expect(await noised('Michelle Jones was', 'Michelle Smith was')).toEqual([1]);
});

test('where none differs, on the longest word between the first and the last', async () => {
  expect(await noised('Michelle was a student. Michelle')).toEqual([3]);
  expect(await noised('Jones was a student. Michelle')).toEqual([3]);
  // Prompts that do not line up differ nowhere that could be said.
  expect(await noised('Jones was a student.', 'Jones was')).toEqual([3]);
});

test('a word of several tokens has noise on all of them', async () => {
  expect(await noised('was Akiyama a')).toEqual([1, 2, 3, 4]);
});

test('a prompt of one word has it there, and an empty one nowhere', async () => {
  expect(await noised('Michelle')).toEqual([0]);
  expect(await noised('')).toEqual([]);
});
