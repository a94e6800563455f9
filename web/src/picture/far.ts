/** A picture to be read from the other end of a room: labels that do not fit stand on several lines. */

import { type ColumnLabels, type ColumnsAt, type Label, LINE, type Type, widest } from './layout';
import type { Picture } from './picture';
import { staggered } from './staggered';

/** Of labels that are staggered. */
const LINES = 3;
/** [column], how far its cells are from what changes nothing. */
function strengths({ columns, values, unpatched = 0 }: Picture): number[] {
  const most = Array.from({ length: columns }, () => 0);
  values.forEach((value, index) => {
    const column = index % columns;
    // What is not known is no reason to name a column.
    most[column] = Math.max(most[column] ?? 0, Math.abs(value - unpatched) || 0);
  });
  return most;
}

/** Those that matter most come first: where the prompts differ, the answer's place, where something is seen. */
function staggeredLabels(
  picture: Picture,
  lines: readonly (readonly Label[])[],
  font: number,
  { left, cellWidth }: ColumnsAt,
): ColumnLabels {
  const labels = lines.map((label, column) => ({
    column,
    middle: left + (column + 0.5) * cellWidth,
    width: widest(label, font),
    lines: label.length,
  }));
  const strength = strengths(picture);
  const matters = (column: number) => {
    if (picture.strongColumns[column]) return Number.MAX_VALUE;
    return column === lines.length - 1 ? Number.MAX_VALUE / 2 : (strength[column] ?? 0);
  };
  const byWeight = labels.sort((a, b) => matters(b.column) - matters(a.column));
  const places = staggered(byWeight, LINES, [left, left + cellWidth * lines.length]);
  const step = font * LINE.flat;
  return { lines, font, step, isUpright: false, height: Math.ceil(LINES * step), places };
}

/** scale: how many times as large as a window of 1280 × 720 it is for. */
export function farType(scale: number): Type {
  const tried = [26, 24, 22, 20].map((size) => Math.round(size * scale));
  const [most = 0, least = 0] = [tried[0], tried.at(-1)];
  return {
    most,
    least,
    tried,
    leastCell: 6,
    stagger: (picture, lines, at) => staggeredLabels(picture, lines, least, at),
  };
}
