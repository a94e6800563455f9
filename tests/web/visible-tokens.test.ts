import { expect, test } from 'vitest';

import { spelled } from '../../web/src/tokens/token-bytes';
import { visibleTokens } from '../../web/src/tokens/visible-tokens';

const shown = (...texts: string[]) => visibleTokens(texts.map((text) => ({ text })));

test('whole characters are shown as they are, white space made visible', () => {
  expect(shown(' José', ' was', '\n', '')).toEqual(['·José', '·was', '↵', '']);
  expect(visibleTokens([])).toEqual([]);
});

test('a character of several tokens is in each of them, as which part of it', () => {
  expect(shown(' Jos', '\\xC3', '\\xA9', '.')).toEqual(['·Jos', 'é (1/2)', 'é (2/2)', '.']);
  // 语 is E8 AF AD: two bytes in one token, the last in the next one.
  expect(shown('\\xE8\\xAF', '\\xAD')).toEqual(['语 (1/2)', '语 (2/2)']);
  expect(shown(' \\xF0\\x9F', '\\x98', '\\x80!')).toEqual(['·😀 (1/3)', '😀 (2/3)', '😀 (3/3)!']);
});

test('a token may end one character and begin the next', () => {
  // é is C3 A9, ñ is C3 B1.
  expect(shown('\\xC3', '\\xA9\\xC3', '\\xB1')).toEqual(['é (1/2)', 'é (2/2)ñ (1/2)', 'ñ (2/2)']);
});

test('bytes that are no character stay bytes, and so does a text that looks like one', () => {
  expect(shown('\\xC3', ' a')).toEqual(['\\xC3', '·a']);
  expect(shown('\\xA9', '\\xC3')).toEqual(['\\xA9', '\\xC3']);
  expect(shown('\\x41', 'b')).toEqual(['\\x41', 'b']);
  // An overlong form and a surrogate are none.
  expect(shown('\\xC0', '\\x80')).toEqual(['\\xC0', '\\x80']);
  expect(shown('\\xED\\xA0', '\\x80')).toEqual(['\\xED\\xA0', '\\x80']);
});

test('what tokens spell together has its characters whole', () => {
  const of = (...texts: string[]) => spelled(texts.map((text) => ({ text })));
  expect(of(' Jos', '\\xC3', '\\xA9')).toBe(' José');
  expect(of(' Jos', '\\xC3')).toBe(' Jos\\xC3');
});
