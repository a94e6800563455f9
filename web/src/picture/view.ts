/** What is seen of a picture that is larger than its frame: cells scroll, labels stand. */

import type { Cell } from '../result/cells';
import { cellAt, type PictureLayout } from './layout';
import type { Picture } from './picture';

export interface View {
  /** How far it is scrolled. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export const wholeView = ({ width, height }: PictureLayout): View => ({
  x: 0,
  y: 0,
  width,
  height,
});

/** The cell under a point of the frame; none on the labels. */
export function cellInView(
  layout: PictureLayout,
  view: View,
  x: number,
  y: number,
): Cell | undefined {
  if (x < layout.left || y < layout.top) return undefined;
  return cellAt(layout, x + view.x, y + view.y);
}

/** First and last of the rows and columns of which something is seen. */
export function cellsInView(layout: PictureLayout, view: View) {
  const { left, top, cellWidth, cellHeight, rows, columns } = layout;
  const seen = (from: number, length: number, size: number, count: number) =>
    [
      Math.max(0, Math.floor(from / size)),
      Math.min(count - 1, Math.floor((from + length) / size)),
    ] as const;
  return {
    rows: seen(view.y, view.height - top, cellHeight, rows),
    columns: seen(view.x, view.width - left, cellWidth, columns),
  };
}

/**
 * How far to the right to scroll at first, of what is `seen` wide, for every map: where a column stands out, since the
 * prompts differ there, so that the first such is seen, with one before it; else to the end, where the answer is.
 */
export function firstScroll(
  { width, cellWidth }: Pick<PictureLayout, 'width' | 'cellWidth'>,
  seen: number,
  { from, strongColumns }: Pick<Picture, 'from' | 'strongColumns'>,
): number {
  if (!from) return 0;
  const end = Math.max(0, width - seen);
  const first = strongColumns.indexOf(true);
  return from === 'end' || first < 0 ? end : Math.min(end, Math.max(0, first - 1) * cellWidth);
}

/** How far to scroll what is `length` long and scrolled by `from`, so that a part of it is seen. */
export const scrolledAlong = (from: number, length: number, start: number, size: number): number =>
  Math.max(Math.min(from, start), start + size - length);

/** How far to scroll, so that the cell is seen. */
export function scrolledTo(
  layout: PictureLayout,
  view: View,
  { row, column }: Cell,
): { left: number; top: number } {
  const { left, top, cellWidth, cellHeight } = layout;
  return {
    left: scrolledAlong(view.x, view.width - left, column * cellWidth, cellWidth),
    top: scrolledAlong(view.y, view.height - top, row * cellHeight, cellHeight),
  };
}
