/** What a lesson's card speaks of is seen beside the card, or above it on a phone. */

import type { Part } from './lesson';

/** From the bar above, and from the card. */
const GAP = 8;

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** Of the map its cells. */
export function bringPartIntoView(part: Part): void {
  const cells = part === 'map' ? ' .frame' : '';
  document.querySelector(`[data-part="${part}"]${cells}`)?.scrollIntoView({ block: 'nearest' });
}

/** A row of the map, once the card has the height that it needs and the page has made room for it. */
export async function bringRowIntoView(row: number): Promise<void> {
  await nextFrame();
  await nextFrame();
  const canvas = document.querySelector<HTMLElement>('[data-part="map"] canvas');
  const [, top = 0, , height = 0] = canvas?.dataset['cells']?.split(' ').map(Number) ?? [];
  if (!canvas || height === 0) return;
  const from = canvas.getBoundingClientRect().top + top + row * height;
  const bar = document.querySelector('.scene > header')?.getBoundingClientRect().bottom ?? 0;
  const card = document.querySelector('.lesson')?.getBoundingClientRect();
  const isBelow = card !== undefined && card.top > 0;
  const bottom = (isBelow ? card.top : innerHeight) - GAP;
  if (from < bar + GAP) scrollBy({ top: from - bar - GAP });
  else if (from + height > bottom) scrollBy({ top: from + height - bottom });
}
