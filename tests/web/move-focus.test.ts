/** Arrow keys within a group of buttons. */

import { expect, test } from 'vitest';

import { stepTo } from '../../web/src/browser/move-focus';

test.each([
  ['ArrowRight', 0, 1],
  ['ArrowDown', 1, 2],
  ['ArrowRight', 2, 0],
  ['ArrowLeft', 0, 2],
  ['ArrowUp', 2, 1],
  ['Home', 2, 0],
  ['End', 0, 2],
  ['ArrowDown', -1, 0],
  ['ArrowUp', -1, 2],
  ['Enter', 1, undefined],
])('%s leads from %i of three to %o', (key, from, to) => {
  expect(stepTo(key, from, 3)).toBe(to);
});

test('where there is nothing no key leads anywhere', () => {
  expect(stepTo('Home', -1, 0)).toBeUndefined();
});
