/** The button that starts a run and cancels it. */

import { expect, test } from 'vitest';

import { MEANT_FOR_RUN_MS, RunPress } from '../../web/src/views/run-press';

test('a press cancels a run that was asked for, at once', () => {
  const presses = new RunPress();
  expect(presses.press(false, 1000)).toBe('run');
  presses.follow(true, 1001);
  expect(presses.press(true, 1002)).toBe('cancel');
});

test('a press that was meant to start what began by itself asks for it, a later one cancels', () => {
  const presses = new RunPress();
  presses.follow(true, 1000);
  expect(presses.press(true, 1000 + MEANT_FOR_RUN_MS - 1)).toBe('run');
  expect(presses.press(true, 1000 + MEANT_FOR_RUN_MS)).toBe('cancel');
});

test('what was asked for once is asked for no more after its end', () => {
  const presses = new RunPress();
  presses.press(false, 0);
  presses.follow(true, 1);
  presses.follow(false, 500);
  presses.follow(true, 900);
  expect(presses.press(true, 901)).toBe('run');
});
