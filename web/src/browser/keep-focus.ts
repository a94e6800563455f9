/** What has the focus may go away when it is pressed: where the focus goes on then. */

import { flushSync } from 'svelte';

/** The map of the scene, from which everything else is near. */
export const MAP = '[aria-label="Map"] [role="application"]';

export function focusMap(): void {
  document.querySelector<HTMLElement>(MAP)?.focus({ preventScroll: true });
}

/** Called once a press has changed something. next: gives the focus in the changed page, where nothing has it. */
export function keepFocus(next = focusMap): void {
  flushSync();
  const { activeElement, body } = document;
  if (!activeElement || activeElement === body) next();
}
