/** Where the parts of a picture are, in CSS pixels; labels are in a type of equal widths. */

import { largestOf } from '../heatmap/extremes';
import { type Picture, type PictureCell, shortened } from './picture';

export const FONT = 12;
/** A character's width in such a type, for each pixel of its size. */
export const CHARACTER = 0.602;

const LONGEST_LABEL = 24;
const GAP = 6;
const TOP = 6;
const RIGHT = 2;
const PLAIN = { least: 9, most: 56 };
const WRITTEN = { least: 64, most: 92 };
const WRITTEN_HEIGHT = 22;
/** Rows that are named by words each need their label. */
const LEAST_NAMED_HEIGHT = 14;

export interface PictureLayout {
  width: number;
  height: number;
  cellWidth: number;
  cellHeight: number;
  /** The cells' top left corner. */
  left: number;
  top: number;
  rows: number;
  columns: number;
  font: number;
  rowLabels: readonly string[];
  columnLabels: readonly string[];
  /** Column labels are written upwards where they do not fit side by side. */
  upright: boolean;
  /** Every how many rows there is a label. */
  rowStep: number;
}

function heightFor(rows: number): number {
  if (rows <= 6) return 34;
  if (rows <= 12) return 24;
  if (rows <= 24) return 18;
  return rows <= 60 ? 12 : 8;
}

/** available: the width to fill; wider where cells would get too narrow. */
export function layoutPicture(picture: Picture, available: number): PictureLayout {
  const { rows, columns } = picture;
  const rowLabels = picture.rowLabels.map((label) => shortened(label, LONGEST_LABEL));
  const columnLabels = picture.columnLabels.map((label) => shortened(label, LONGEST_LABEL));
  const longest = (labels: string[]) =>
    largestOf(
      labels.map((label) => Array.from(label).length),
      0,
    );
  const left = Math.ceil(longest(rowLabels) * FONT * CHARACTER) + 2 * GAP;
  const limits = picture.texts ? WRITTEN : PLAIN;
  const fitting = Math.floor((available - left - RIGHT) / Math.max(1, columns));
  const cellWidth = Math.min(limits.most, Math.max(limits.least, fitting));
  const isNamed = rowLabels.some((label) => !/^[\d.–]*$/.test(label));
  const plainHeight = Math.max(heightFor(rows), isNamed ? LEAST_NAMED_HEIGHT : 0);
  const cellHeight = picture.texts ? WRITTEN_HEIGHT : plainHeight;
  const font = Math.min(FONT, cellWidth + 1);
  const labelWidth = Math.ceil(longest(columnLabels) * font * CHARACTER);
  const upright = labelWidth > cellWidth - 4;
  return {
    width: left + RIGHT + cellWidth * columns,
    height: TOP + cellHeight * rows + 2 * GAP + (upright ? labelWidth : font),
    cellWidth,
    cellHeight,
    left,
    top: TOP,
    rows,
    columns,
    font,
    rowLabels,
    columnLabels,
    upright,
    rowStep: cellHeight < 10 ? 6 : cellHeight < 14 ? 4 : 1,
  };
}

/** Where column labels begin, below the cells. */
export function labelTop(layout: PictureLayout): number {
  return layout.top + layout.rows * layout.cellHeight + GAP;
}

/** Where row labels end, left of the cells. */
export function labelRight(layout: PictureLayout): number {
  return layout.left - GAP;
}

/** How many characters a cell has room for. */
export function cellCharacters(layout: PictureLayout): number {
  return Math.max(1, Math.floor((layout.cellWidth - 5) / (FONT * CHARACTER)));
}

/** The cell under a point; none outside. */
export function pictureCellAt(
  { left, top, cellWidth, cellHeight, rows, columns }: PictureLayout,
  x: number,
  y: number,
): PictureCell | undefined {
  const column = Math.floor((x - left) / cellWidth);
  const row = Math.floor((y - top) / cellHeight);
  return column >= 0 && column < columns && row >= 0 && row < rows ? { row, column } : undefined;
}
