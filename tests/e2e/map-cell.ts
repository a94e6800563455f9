/** Where a heatmap's cells are on its canvas. */

import type { Locator, Page } from '@playwright/test';

/** The middle of a cell, from the canvas's top left corner; of a map that is not scrolled. */
export async function cellPosition(
  canvas: Locator,
  row: number,
  column: number,
): Promise<{ x: number; y: number }> {
  const [left = 0, top = 0, width = 0, height = 0] = (
    (await canvas.getAttribute('data-cells')) ?? ''
  )
    .split(' ')
    .map(Number);
  return { x: left + (column + 0.5) * width, y: top + (row + 0.5) * height };
}

/** In the window, the middle of each cell of a map that is brought into view. */
export async function cellsInWindow(
  canvas: Locator,
): Promise<(row: number, column: number) => Promise<{ x: number; y: number }>> {
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  if (!box) throw new Error('no heatmap');
  return async (row, column) => {
    const { x, y } = await cellPosition(canvas, row, column);
    return { x: box.x + x, y: box.y + y };
  };
}

/** Draws a box over a map's cells, from one corner to the other. */
export async function dragBox(
  page: Page,
  map: Locator,
  [fromRow, fromColumn]: readonly [number, number],
  [toRow, toColumn]: readonly [number, number],
): Promise<void> {
  const at = await cellsInWindow(map);
  const [from, to] = [await at(fromRow, fromColumn), await at(toRow, toColumn)];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
}
