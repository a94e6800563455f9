import { expect, test } from 'vitest';

import type { Token } from '../../web/src/engine/module';
import { type Choice, typedWord, wordAt, wordChoices } from '../../web/src/tokens/word-choices';
import { FakeTokenizer } from './fake-tokenizer';

const WHOLE = [
  'Jones',
  'Smith',
  'Adams',
  'Michelle',
  'John',
  'was',
  'has',
  'won',
  'two',
  'five',
  'Two',
];
const model = () => new FakeTokenizer([...WHOLE, 'Nine', 'nine', '3', '5', '.']);
const textOf = (tokens: readonly Token[]) => tokens.map(({ text }) => text).join('');
const texts = (choices: readonly Choice[]) => choices.map(({ tokens }) => textOf(tokens));

async function offered(clean: string, corrupted: string, position: number) {
  const tokenizer = model();
  const [own, other] = [await tokenizer.tokenize(clean), await tokenizer.tokenize(corrupted)];
  return { ...(await wordChoices(tokenizer, own, other, position)), tokenizer };
}

test('in the place of a surname stand surnames of one token, the other prompt’s last', async () => {
  const { choices, word } = await offered('Michelle Jones was', 'Michelle Smith was', 1);
  expect(word).toMatchObject({ first: 1, tokens: [{ text: ' Jones' }] });
  expect(texts(choices)).toEqual([' Adams', ' Smith']);
  expect(choices.map(({ isOther }) => isOther)).toEqual([false, true]);
});

test('a word at the beginning has no space, and what is offered has none', async () => {
  const { choices } = await offered('Michelle Jones was', 'Michelle Smith was', 0);
  expect(texts(choices)).toEqual(['John']);
  expect(choices[0]?.isOther).toBe(false);
});

test('a number has numbers, as it is written', async () => {
  expect(texts((await offered('has won five', 'has won five', 2)).choices)).toEqual([
    ' two',
    ' nine',
  ]);
  expect(texts((await offered('Two', 'Two', 0)).choices)).toEqual(['Nine']);
  expect(texts((await offered('won 5', 'won 5', 1)).choices)).toContain(' 3');
});

test('a name of several tokens has those of as many, and is replaced as a whole', async () => {
  const { choices, word } = await offered('John Marjorie was', 'John Marjorie was', 2);
  expect(word).toMatchObject({
    first: 1,
    tokens: [{ text: ' Ma' }, { text: 'rj' }, { text: 'or' }, { text: 'ie' }],
  });
  // Of seven and of eight letters: what is longer or shorter is not offered.
  expect(texts(choices)).toEqual([' Anderson', ' Patricia', ' Michael']);
});

test('a word of which there is no list has the other prompt’s alone', async () => {
  const { choices, tokenizer } = await offered('Jones was', 'Jones has', 1);
  expect(texts(choices)).toEqual([' has']);
  expect((await offered('Jones was', 'Jones was', 1)).choices).toEqual([]);
  expect(tokenizer.asked).toHaveLength(2);
});

test('prompts that do not line up offer nothing of each other', async () => {
  const { choices } = await offered('Michelle Jones was', 'Michelle Smith', 1);
  expect(texts(choices)).toEqual([' Smith', ' Adams']);
  expect(choices.some(({ isOther }) => isOther)).toBe(false);
});

test('a model is asked once for all the words of a kind', async () => {
  const tokenizer = model();
  const own = await tokenizer.tokenize('Michelle Jones was Adams');
  await wordChoices(tokenizer, own, own, 1);
  const asked = tokenizer.asked.length;
  await wordChoices(tokenizer, own, own, 3);
  expect(asked).toBe(2);
  expect(tokenizer.asked).toHaveLength(asked);
});

test('a question that failed is asked again', async () => {
  const tokenizer = model();
  const own = await tokenizer.tokenize('Michelle Jones was');
  let fails = true;
  const failing = {
    tokenize: (text: string) =>
      fails ? Promise.reject(new Error('unloaded')) : tokenizer.tokenize(text),
  };
  await expect(wordChoices(failing, own, own, 1)).rejects.toThrow('unloaded');
  fails = false;
  expect((await wordChoices(failing, own, own, 1)).choices).not.toEqual([]);
});

test('punctuation is no part of a word', async () => {
  const tokens = await model().tokenize('was Jones. John');
  expect(wordAt(tokens, 1)).toMatchObject({ first: 1, tokens: [{ text: ' Jones' }] });
  expect(wordAt(tokens, 2)).toMatchObject({ first: 2, tokens: [{ text: '.' }] });
});

async function typedFor(typed: string) {
  const { word, choices, tokenizer } = await offered('Michelle Jones was', 'Michelle Smith was', 1);
  return typedWord(tokenizer, typed, word, choices);
}

test('a typed word gets the space of the one it replaces', async () => {
  expect(await typedFor('Adams')).toMatchObject({ tokens: [{ text: ' Adams' }] });
  expect(await typedFor(' Adams')).toMatchObject({ tokens: [{ text: ' Adams' }] });
});

test('a name of several tokens is explained, with names of one that begin like it', async () => {
  expect(await typedFor('Akiyama')).toEqual({
    problem:
      '·Ak|iy|am|a is 4 tokens in this model, and ·Jones is 1: the prompts would no longer line up. Use a ' +
      'word of 1 token, such as ·Adams or ·Smith, or change the other prompt so that it is as long.',
  });
  expect(await typedFor(' ')).toEqual({ problem: 'Nothing was typed: type a word.' });
});

test('a name of which a letter is several tokens is one word, and named as it is read', async () => {
  const tokens = [' Jos', '\\xC3', '\\xA9', ' was'].map((text, id) => ({ id, text }));
  expect(wordAt(tokens, 2)).toMatchObject({ first: 0, tokens: tokens.slice(0, 3) });
  const word = wordAt(tokens, 1);
  const found = await typedWord(model(), 'Adams', word, []);
  expect('problem' in found && found.problem).toContain(
    '·Adams is 1 token in this model, and ·José is 3',
  );
});
