/** What a picture is drawn with, for the canvas and for SVG alike. */

import type { CellState } from '../result/cell-state';
import type { Box } from '../result/cells';
import type { Colour } from './colours';
import { shortValue } from './format';
import { inkOn } from './ink';
import { GAP, type PictureLayout } from './layout';
import { type Picture, stateOf } from './picture';
import { fitted, textWidth } from './text-width';
import { cellsInView, type View } from './view';

/** What things are drawn in; each theme has its own. */
export interface Inks {
  /** Labels. */
  text: string;
  /** Labels that stand out; of both runs' words, one for each. */
  strong: string;
  clean: string;
  corrupted: string;
  pending: string;
  estimate: string;
  broken: string;
}

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface CellShape extends Rectangle {
  /** Undefined where there is no value. */
  fill: string | undefined;
  /** What is stroked over it, as SVG's path data; empty where nothing is. */
  stroke: string;
  strokeInk: keyof Inks;
  text: string;
  textInk: string;
  isBold: boolean;
}

export interface LabelShape {
  text: string;
  /** The middle of the line; its start, middle or end as `anchor` says. */
  x: number;
  y: number;
  anchor: 'start' | 'middle' | 'end';
  /** Written upwards. */
  isUpright: boolean;
  font: number;
  isBold: boolean;
  isUnderlined: boolean;
  ink: keyof Inks;
}

type Stroked = Exclude<CellState, 'exact'> | 'hidden';

const STROKE_INKS: Record<Stroked, keyof Inks> = {
  hidden: 'pending',
  estimated: 'estimate',
  'not computed': 'pending',
  'not finite': 'broken',
};

/** A stroke of what is estimated, in a box where nothing is computed; a cross of what is no number. */
function strokeOf(state: Stroked | 'exact', { x, y, width, height }: Rectangle): string {
  if (state === 'exact') return '';
  const rising = `M${x} ${y + height}L${x + width} ${y}`;
  if (state === 'estimated') return rising;
  const box = `M${x + 0.5} ${y + 0.5}h${width - 1}v${height - 1}h${1 - width}z`;
  if (state === 'hidden') return box;
  const falling = state === 'not finite' ? `M${x} ${y}L${x + width} ${y + height}` : '';
  return `${rising}${falling}${box}`;
}

export interface CellStyle {
  colour: Colour;
  /** Whether values are written into the cells, where there is room and something to read. */
  hasValues: boolean;
}

/** Words are cut where they are too long, and a value is left out. */
function textIn(
  { texts, values, scale }: Picture,
  index: number,
  { font, room, hasValues }: { font: number; room: number; hasValues: boolean },
): string {
  const words = texts?.[index];
  if (words !== undefined) return fitted(words, font, room);
  const value = hasValues ? shortValue(values[index] ?? Number.NaN, scale) : '';
  return textWidth(value, font, true) <= room ? value : '';
}

/** The cells of which something is seen, at their place in the whole picture. */
export function* cellShapes(
  picture: Picture,
  layout: PictureLayout,
  view: View,
  { colour, hasValues }: CellStyle,
): Generator<CellShape> {
  const { cellWidth, cellHeight, gap, left, top, cellFont } = layout;
  const seen = cellsInView(layout, view);
  const size = { width: cellWidth - gap, height: cellHeight - gap };
  for (let row = seen.rows[0]; row <= seen.rows[1]; row++) {
    for (let column = seen.columns[0]; column <= seen.columns[1]; column++) {
      const index = row * layout.columns + column;
      const state = stateOf(picture, index);
      if (state === 'gap') continue;
      const value = picture.values[index] ?? Number.NaN;
      const isKnown = state === 'exact' || state === 'estimated';
      const fill = isKnown ? colour(value) : undefined;
      const place = { x: left + column * cellWidth, y: top + row * cellHeight, ...size };
      const words = picture.texts?.[index];
      const isWritten = fill !== undefined && cellFont > 0;
      const room = size.width - 2;
      yield {
        ...place,
        fill,
        stroke: strokeOf(state, place),
        strokeInk: state === 'exact' ? 'text' : STROKE_INKS[state],
        text: isWritten ? textIn(picture, index, { font: cellFont, room, hasValues }) : '',
        textInk: fill === undefined ? '' : inkOn(fill),
        isBold: words === undefined,
      };
    }
  }
}

/** Above the cells: at their place in the whole picture. */
export function* columnLabelShapes(picture: Picture, layout: PictureLayout): Generator<LabelShape> {
  const { columnFont, columnLabels, columnStep: step, isUpright, left, top } = layout;
  const { cellWidth, gap, labelPlaces } = layout;
  const places =
    labelPlaces ??
    columnLabels.map((_, column) => {
      return { column, middle: left + column * cellWidth + (cellWidth - gap) / 2, line: 0 };
    });
  for (const { column, middle, line: lowest } of places) {
    const lines = columnLabels[column] ?? [];
    const isStrong = picture.strongColumns[column] === true;
    const isPair = lines.length > 1;
    for (const [line, text] of lines.entries()) {
      const across = (line - (lines.length - 1) / 2) * step;
      const up = (lowest + lines.length - 1 - line + 0.5) * step;
      yield {
        text,
        x: isUpright ? middle + across : middle,
        y: isUpright ? top - GAP : top - GAP - up,
        anchor: isUpright ? 'start' : 'middle',
        isUpright,
        font: columnFont,
        isBold: isStrong,
        isUnderlined: picture.noisedColumns?.[column] === true,
        ink: isPair ? (line === 0 ? 'clean' : 'corrupted') : isStrong ? 'strong' : 'text',
      };
    }
  }
}

/** From labels that stand on several lines down to their columns, as path data. */
export function tickPath({ labelPlaces = [], ...layout }: PictureLayout): string {
  const { left, top, cellWidth, gap, columnStep } = layout;
  return labelPlaces
    .map(({ column, line }) => {
      const x = left + column * cellWidth + (cellWidth - gap) / 2;
      return `M${x} ${top - GAP - line * columnStep}V${top - 1}`;
    })
    .join('');
}

/** Left of the cells: at their place in the whole picture. */
export function* rowLabelShapes(layout: PictureLayout): Generator<LabelShape> {
  const { rowFont, rowLabels, rowStep, left, top, cellHeight, gap } = layout;
  for (let row = 0; row < rowLabels.length; row += rowStep) {
    yield {
      text: rowLabels[row] ?? '',
      x: left - GAP,
      y: top + row * cellHeight + (cellHeight - gap) / 2,
      anchor: 'end',
      isUpright: false,
      font: rowFont,
      isBold: false,
      isUnderlined: false,
      ink: 'text',
    };
  }
}

/** Between cells and the frame of a region. */
export const REGION_BY = 1;

/** Around some cells. by: how far outside of them. */
export function boxShape(
  { left, top, cellWidth, cellHeight, gap }: PictureLayout,
  { rows, columns }: Box,
  by: number,
): Rectangle {
  return {
    x: left + columns[0] * cellWidth - by,
    y: top + rows[0] * cellHeight - by,
    width: (columns[1] - columns[0] + 1) * cellWidth - gap + 2 * by,
    height: (rows[1] - rows[0] + 1) * cellHeight - gap + 2 * by,
  };
}
