/** How prompts of different lengths are told to a person. */

import { expect, test } from 'vitest';

import {
  changedText,
  folded,
  offersOf,
  reasonText,
  splitText,
} from '../../web/src/tokens/length-repairs';

test('of many tokens the first are shown, and all are counted', () => {
  expect(splitText([])).toBe('nothing');
  expect(splitText([' B', 'o'])).toBe('·B | o (2 tokens)');
  const many = splitText(Array<string>(800).fill('x'));
  expect(many).toMatch(/x \| … \(800 tokens\)$/);
  expect(many.length).toBeLessThan(80);
});

test('the first places and repairs are shown, and the others are folded and counted', () => {
  const words = { text: 'a', tokens: ['a'] };
  const places = (length: number) =>
    Array.from({ length }, () => ({ clean: words, corrupted: words }));
  const offers = ['a', 'b', 'c', 'd'].map((clean) => ({ clean, corrupted: '', why: '' }));
  const { first, more, moreText, untold } = folded({ differences: places(20) }, offers);
  expect(first.differences).toHaveLength(1);
  expect(first.offers).toEqual(offers.slice(0, 2));
  expect(more.offers).toEqual(offers.slice(2));
  expect(moreText).toBe('2 more repairs, 19 more places');
  expect(1 + more.differences.length + untold).toBe(20);
  expect(untold).toBeGreaterThan(0);
  expect(folded({ differences: places(2) }, offers.slice(0, 3)).moreText).toBe(
    '1 more repair, 1 more place',
  );
  expect(folded({ differences: places(1) }, offers.slice(0, 1)).moreText).toBe('');
});

test('a long prompt is shown around what changes', () => {
  expect(changedText('Hello there', 'Hello you')).toBe('Hello there');
  const before = `${'a '.repeat(60)}five${' b'.repeat(60)}`;
  expect(changedText(before.replace('five', 'two'), before)).toBe('…a a a a a two b b b b b…');
});

test('the beginning of a word is no offer, and one of whole words is', () => {
  const why = 'in the corrupted prompt ` H|ello` (2 tokens) becomes ` H` (1 token), its beginning';
  const of = (corrupted: string) => ({ clean: 'Say Bo', corrupted, why });
  const repairs = [of('Say H'), of('Say Hello'), of('Say Hello you')];
  expect(offersOf({ repairs }, 'Say Bo', 'Say Hello you')).toEqual([of('Say Hello')]);
  const other = { ...of('say Bo'), why: ', the same word written differently' };
  expect(offersOf({ repairs: [other] }, 'Say Bo', 'Say Hello')).toEqual([other]);
});

test('a long text in a reason is told by its beginning and its end', () => {
  const why =
    'in the clean prompt `In| the| beginning| the| old| man| and| the| s|ea` (10 tokens) becomes ` Bo` (1 token)';
  expect(reasonText({ why })).toBe(
    'in the clean prompt “In the beginning … sea” (10 tokens) becomes “Bo” (1 token)',
  );
});

test('what the core writes for a command line is put into words', () => {
  const why =
    'in the clean prompt ` H|ello` (2 tokens) becomes ` Bo` (1 token), a word of the other prompt';
  expect(reasonText({ why })).toBe(
    'in the clean prompt “Hello” (2 tokens) becomes “Bo” (1 token), a word of the other prompt',
  );
});
