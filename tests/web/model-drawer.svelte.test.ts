/** Opening the part in which a model is chosen, by hand and by the page itself. */

import { flushSync } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';

import { ModelDrawer } from '../../web/src/scene/model-drawer.svelte';
import { ModelShelf } from '../../web/src/state/model-shelf.svelte';

afterEach(() => {
  vi.useRealTimers();
});

/** A drawer that the page has just opened by itself, to tell something. */
function openedByPage() {
  vi.useFakeTimers();
  const shelf = new ModelShelf();
  const drawer = new ModelDrawer(shelf);
  const end = $effect.root(() => {
    drawer.follow();
  });
  shelf.problem = 'the server could not be reached';
  flushSync();
  expect(drawer.isOpen).toBe(true);
  return { drawer, end };
}

test('a click on its button just as the page opens it leaves it open', () => {
  const { drawer, end } = openedByPage();
  vi.advanceTimersByTime(200);
  drawer.toggle();
  expect(drawer.isOpen).toBe(true);
  drawer.toggle();
  expect(drawer.isOpen).toBe(false);
  end();
});

test('a click on its button closes what has been open for a while', () => {
  const { drawer, end } = openedByPage();
  vi.advanceTimersByTime(1000);
  drawer.toggle();
  expect(drawer.isOpen).toBe(false);
  end();
});
