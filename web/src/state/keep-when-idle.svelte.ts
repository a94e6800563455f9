/** Keeping the page for visits without a network, once nobody waits for anything. */

import { follow } from '../errors/errors';
import { keepPage } from '../site/install';
import type { ModelShelf } from './model-shelf.svelte';

const IDLE_MS = 3000;

/** An effect. tell: takes why it could not be kept. */
export function keepWhenIdle(shelf: ModelShelf, tell: (why: string) => unknown): void {
  let isAsked = false;
  $effect(() => {
    const { inUse } = shelf;
    if (isAsked || !inUse?.queue.isIdle) return undefined;
    const timer = setTimeout(() => {
      isAsked = true;
      follow(keepPage(inUse.variant), tell);
    }, IDLE_MS);
    return () => {
      clearTimeout(timer);
    };
  });
}
