/** How prompts of different lengths are told to a person. */

import { expect, test } from 'vitest';

import {
  changedText,
  offersOf,
  reasonText,
  shownDifferences,
  splitText,
} from '../../web/src/tokens/length-repairs';

test('of many tokens the first are shown, and all are counted', () => {
  expect(splitText([])).toBe('nothing');
  expect(splitText([' B', 'o'])).toBe('·B | o (2 tokens)');
  const many = splitText(Array<string>(800).fill('x'));
  expect(many).toMatch(/x \| … \(800 tokens\)$/);
  expect(many.length).toBeLessThan(80);
});

test('of many places the first are shown, and the others are counted', () => {
  const words = { text: 'a', tokens: ['a'] };
  const differences = Array.from({ length: 9 }, () => ({ clean: words, corrupted: words }));
  const { shown, more } = shownDifferences({ differences });
  expect(shown.length + more).toBe(9);
  expect(more).toBeGreaterThan(0);
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

test('what the core writes for a command line is put into words', () => {
  const why =
    'in the clean prompt ` H|ello` (2 tokens) becomes ` Bo` (1 token), a word of the other prompt';
  expect(reasonText({ why })).toBe(
    'in the clean prompt “Hello” (2 tokens) becomes “Bo” (1 token), a word of the other prompt',
  );
});
