/** Where the parts of a picture are, in CSS pixels; x to the right, y down, row 0 on top. */

import type { Cell } from '../result/cells';
import { largestOf } from '../result/extremes';
import type { Picture } from './picture';
import type { LabelPlace } from './staggered';
import { shortened, textWidth } from './text-width';

/** What a picture may fill. */
export interface Room {
  width: number;
  /** Without it, cells are as high as suits their number. */
  height?: number | undefined;
  /** As one of many. */
  isSmall?: boolean;
  /** Without it, what is usual on a screen. */
  type?: Type | undefined;
}

export interface PictureLayout {
  /** Of all cells with their labels; more than the room where cells would get too small. */
  width: number;
  height: number;
  cellWidth: number;
  cellHeight: number;
  /** Between cells. */
  gap: number;
  /** The cells' top left corner: labels stand above and to the left. */
  left: number;
  top: number;
  rows: number;
  columns: number;
  rowFont: number;
  rowLabels: readonly string[];
  /** Every how many rows there is a label. */
  rowStep: number;
  columnFont: number;
  /** From line to line. */
  columnStep: number;
  /** [column], its lines. */
  columnLabels: readonly (readonly string[])[];
  /** Column labels are written upwards where they do not fit side by side. */
  isUpright: boolean;
  /** Those that are written, where they stand on several lines instead. */
  labelPlaces?: readonly LabelPlace[] | undefined;
  /** Of what is written in the cells; 0 where that is too small to be read. */
  cellFont: number;
}

/** A cell can be seen and hit. */
const LEAST_CELL = 12;
export const GAP = 6;

export interface Type {
  most: number;
  least: number;
  /** Sizes that are tried before labels are turned, or both runs' words are put into one line. */
  tried: readonly number[];
  /** Of a cell. */
  leastCell: number;
  /** What becomes of labels that do not fit side by side; without it, they are turned. */
  stagger?: (picture: Picture, lines: readonly (readonly Label[])[], at: ColumnsAt) => ColumnLabels;
}

const USUAL: Type = { most: 15, least: 11, tried: [15, 14, 13], leastCell: LEAST_CELL };

/** Rows that have labels are so much farther apart than these are high. */
const LEADING = 2;
/** From line to line, in the type's size; closer where lines are turned. */
export const LINE = { flat: 1.2, upright: 1.05 };
const LONGEST_LABEL = { usual: 24, small: 12 };
const RIGHT = 3;
const BOTTOM = 4;
const MOST_WIDTH = 84;
/** Of cells with words. */
const WORDS = { width: 76, mostWidth: 112, height: 26 };
/** What a value takes, in its type's size: "−.99". */
const VALUE_EMS = 2.3;
/** Rows that are named by words each need their label. */
const LEAST_NAMED_HEIGHT = 15;

const within = (value: number, least: number, most: number) =>
  Math.min(most, Math.max(least, value));

export interface Label {
  text: string;
  isBold: boolean;
}

export const widest = (labels: readonly Label[], font: number) =>
  Math.ceil(
    largestOf(
      labels.map(({ text, isBold }) => textWidth(text, font, isBold)),
      0,
    ),
  );

function usualHeight(rows: number, isSmall: boolean): number {
  if (isSmall) return rows <= 12 ? 16 : LEAST_CELL;
  if (rows <= 6) return 34;
  if (rows <= 12) return 24;
  return rows <= 24 ? 18 : LEAST_CELL;
}

export interface ColumnLabels {
  lines: readonly (readonly Label[])[];
  font: number;
  /** From line to line. */
  step: number;
  isUpright: boolean;
  /** What they take above the cells. */
  height: number;
  places?: readonly LabelPlace[];
}

export interface ColumnsAt {
  left: number;
  cellWidth: number;
}

interface ColumnRoom extends ColumnsAt {
  /** In characters. */
  longest: number;
  type: Type;
}

function columnLabelsOf(picture: Picture, room: ColumnRoom): ColumnLabels {
  const { cellWidth, longest, type } = room;
  const one = (label: string, column: number): Label[] => [
    { text: shortened(label, longest), isBold: picture.strongColumns[column] === true },
  ];
  const pairs = picture.columnLabels.map((label, column) =>
    (picture.columnPairs?.[column] ?? [label]).flatMap((line) => one(line, column)),
  );
  const most = largestOf(
    pairs.map((lines) => lines.length),
    1,
  );
  for (const font of type.tried) {
    if (widest(pairs.flat(), font) <= cellWidth - 3) {
      const step = font * LINE.flat;
      return { lines: pairs, font, step, isUpright: false, height: Math.ceil(most * step) };
    }
  }
  if (type.stagger) return type.stagger(picture, pairs, room);
  const upright = (lines: Label[][], font: number) => {
    const height = widest(lines.flat(), font);
    return { lines, font, step: font * LINE.upright, isUpright: true, height };
  };
  // Two lines beside each other, or one behind the other.
  const large = type.tried.find((font) => cellWidth >= most * font * LINE.upright);
  if (large !== undefined) return upright(pairs, large);
  return upright(picture.columnLabels.map(one), within(cellWidth - 1, type.least, type.most));
}

function cellFontOf(picture: Picture, type: Type, cellWidth: number, cellHeight: number): number {
  const byWidth = picture.texts ? type.most : Math.floor((cellWidth - 3) / VALUE_EMS);
  const font = Math.min(type.most, byWidth, cellHeight - 4);
  return font < type.least ? 0 : font;
}

export function layoutPicture(picture: Picture, room: Room): PictureLayout {
  const { rows, columns } = picture;
  const isSmall = room.isSmall ?? false;
  const type = room.type ?? USUAL;
  const longest = isSmall ? LONGEST_LABEL.small : LONGEST_LABEL.usual;
  const rowLabels = picture.rowLabels.map((label) => shortened(label, longest));
  const isNamed = rowLabels.some((label) => !/^[\d.–]*$/.test(label));
  const hasWords = picture.texts !== undefined;

  const names = rowLabels.map((text) => ({ text, isBold: false }));
  const left = widest(names, type.most) + 2 * GAP;
  const fitting = Math.floor((room.width - left - RIGHT) / Math.max(1, columns));
  const mostWidth = hasWords ? WORDS.mostWidth : MOST_WIDTH;
  const cellWidth = within(
    fitting,
    hasWords ? WORDS.width : type.leastCell,
    room.height === undefined ? mostWidth : Infinity,
  );

  const labels = columnLabelsOf(picture, { left, cellWidth, longest, type });
  const top = labels.height + 2 * GAP;
  const leastNamed = isNamed && !type.stagger ? LEAST_NAMED_HEIGHT : type.leastCell;
  const leastHeight = hasWords ? WORDS.height : leastNamed;
  const cellHeight = Math.max(
    leastHeight,
    room.height === undefined
      ? hasWords
        ? WORDS.height
        : usualHeight(rows, isSmall)
      : Math.floor((room.height - top - BOTTOM) / Math.max(1, rows)),
  );
  return {
    width: left + RIGHT + cellWidth * columns,
    height: top + BOTTOM + cellHeight * rows,
    cellWidth,
    cellHeight,
    gap: Math.min(cellWidth, cellHeight) >= 30 ? 3 : 1,
    left,
    top,
    rows,
    columns,
    rowFont: within(cellHeight - 1, type.least, type.most),
    rowLabels,
    rowStep: Math.ceil((type.least + LEADING) / cellHeight),
    columnFont: labels.font,
    columnStep: labels.step,
    columnLabels: labels.lines.map((lines) => lines.map(({ text }) => text)),
    isUpright: labels.isUpright,
    labelPlaces: labels.places,
    cellFont: cellFontOf(picture, type, cellWidth, cellHeight),
  };
}

/** The cell under a point of the whole picture; none outside. */
export function cellAt(
  { left, top, cellWidth, cellHeight, rows, columns }: PictureLayout,
  x: number,
  y: number,
): Cell | undefined {
  const column = Math.floor((x - left) / cellWidth);
  const row = Math.floor((y - top) / cellHeight);
  return column >= 0 && column < columns && row >= 0 && row < rows ? { row, column } : undefined;
}
