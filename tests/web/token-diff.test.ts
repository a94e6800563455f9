import { expect, test } from 'vitest';

import { diffTokens, visibleText } from '../../web/src/tokens/token-diff';

const tokens = (...ids: number[]) => ids.map((id) => ({ id, text: `${id}` }));

test('prompts of one length differ position by position', () => {
  const diff = diffTokens(tokens(1, 2, 3, 4), tokens(1, 9, 3, 8));
  expect(diff.clean).toEqual([false, true, false, true]);
  expect(diff.corrupted).toEqual(diff.clean);
  expect(diff).toMatchObject({ sameLength: true, count: 2 });
});

test('prompts of two lengths differ between the common beginning and end', () => {
  const diff = diffTokens(tokens(1, 2, 3), tokens(1, 7, 8, 3));
  expect(diff.clean).toEqual([false, true, false]);
  expect(diff.corrupted).toEqual([false, true, true, false]);
  expect(diff).toMatchObject({ sameLength: false, count: 2 });
});

test('a repeated token is not counted as beginning and end at once', () => {
  const diff = diffTokens(tokens(5, 5), tokens(5, 5, 5));
  expect(diff.clean).toEqual([false, false]);
  expect(diff.corrupted).toEqual([false, false, true]);
});

test('white space becomes visible', () => {
  expect(visibleText(' a\n\tb\r')).toBe('·a↵⇥b␍');
});
