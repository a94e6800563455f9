/** A frame that scrolls is put where what matters is seen, and never taken from under a person's hand. */

import { expect, test } from 'vitest';

import { ScrollStart } from '../../web/src/browser/scroll-start';

/** As a browser has it: it scrolls no farther than its contents go. */
function frameOf(contents: number, width: number) {
  let at = 0;
  const frame = {
    scrollTop: 0,
    scrollHeight: 0,
    clientHeight: 0,
    scrollWidth: contents,
    clientWidth: width,
    get scrollLeft() {
      return Math.min(at, Math.max(0, frame.scrollWidth - frame.clientWidth));
    },
    set scrollLeft(to) {
      at = to;
    },
  };
  return frame;
}

function placed() {
  const clock = { ms: 0 };
  const frame = frameOf(1000, 300);
  const start = new ScrollStart('x', () => clock.ms);
  const drag = (to: number) => {
    frame.scrollLeft = to;
    start.moved(frame);
  };
  start.place(frame, 'a', 400);
  start.moved(frame);
  return { clock, frame, start, drag };
}

test('it begins where what matters is, and other contents do too', () => {
  const { frame, start } = placed();
  expect(frame.scrollLeft).toBe(400);
  start.place(frame, 'b', 500);
  expect(frame.scrollLeft).toBe(500);
});

test('where a person has scrolled it, it stays, until there is something else in it', () => {
  const { clock, frame, start, drag } = placed();
  drag(50);
  clock.ms = 5000;
  start.place(frame, 'a', 420);
  expect(frame.scrollLeft).toBe(50);
  start.place(frame, 'b', 420);
  expect(frame.scrollLeft).toBe(420);
});

test('other contents wait while a person scrolls', () => {
  const { clock, frame, start, drag } = placed();
  drag(50);
  clock.ms = 100;
  start.place(frame, 'b', 420);
  expect(frame.scrollLeft).toBe(50);
  clock.ms = 1000;
  start.place(frame, 'b', 420);
  expect(frame.scrollLeft).toBe(420);
});

test('a frame that has grown, and by that is scrolled less, is no person who scrolls', () => {
  const { frame, start } = placed();
  frame.clientWidth = 900;
  start.moved(frame);
  expect(frame.scrollLeft).toBe(100);
  frame.clientWidth = 300;
  start.place(frame, 'a', 400);
  expect(frame.scrollLeft).toBe(400);
});
