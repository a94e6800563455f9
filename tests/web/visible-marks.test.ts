/** What would not be seen, and what is no text, has a mark. */

import { expect, test } from 'vitest';

import { promptText } from '../../web/src/result/settings-text';
import { markInvisible } from '../../web/src/tokens/invisible';
import { isSpecialToken } from '../../web/src/tokens/special-token';
import { visibleText } from '../../web/src/tokens/token-diff';
import { visibleTokens } from '../../web/src/tokens/visible-tokens';

test.each([
  ['a\u00a0b', 'a‹NBSP›b'],
  ['a\u200bb', 'a‹ZWSP›b'],
  ['\ufeffa', '‹BOM›a'],
  ['a\u3000b', 'a‹U+3000›b'],
  ['a\u0000\u001b', 'a␀␛'],
  ['a\u0085b\u007f', 'a‹U+0085›b␡'],
  ['a\u2028', 'a‹U+2028›'],
  ['a\u{e0041}', 'a‹U+E0041›'],
  ['a b\n\t', 'a b↵⇥'],
  ['é中😀 ❤\ufe0f', 'é中😀 ❤\ufe0f'],
])('%j is shown as %s', (text, shown) => {
  expect(markInvisible(text)).toBe(shown);
  expect(visibleText(text)).toBe(shown.replaceAll(' ', '·'));
  expect(promptText(text)).toBe(shown);
});

test('special tokens are no text that somebody wrote', () => {
  const texts = ['<|endoftext|>', '[PAD]', '<s>', '<end of turn>'];
  expect(visibleTokens(texts.map((text) => ({ text })))).toEqual([
    '‹endoftext›',
    '‹PAD›',
    '‹s›',
    '‹end of turn›',
  ]);
  expect(visibleText('<|endoftext|>')).toBe('‹endoftext›');
  for (const text of [' Jones', "'s", "'ll", '...', ' (', '\\xC3', 'caf\\xC3', '12', ' ½', '\n']) {
    expect(isSpecialToken(text), text).toBe(false);
    expect(visibleTokens([{ text }])[0]).toBe(visibleText(text));
  }
});
