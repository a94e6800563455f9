/** A rectangle of coloured cells, apart from where it is drawn: on a canvas, as SVG. */

import type { CellState } from '../result/cell-state';
import type { Box, Cell } from '../result/cells';
import type { ColourRange } from '../result/metrics';

export interface PictureScale {
  range: ColourRange;
  /** "nats", "logits"; may be empty. */
  unit: string;
  /** Whether the values are counts, which are whole. */
  isCount?: boolean;
  /** Whose colour a sequential range grows to: of the run whose vectors are put in. */
  run?: 'clean' | 'corrupted';
}

export interface Picture {
  title: string;
  rows: number;
  columns: number;
  /** [row][column], flat; NaN for what is not known. */
  values: Float32Array;
  /** [row][column], what is known of each cell; without it, what is NaN is not computed. */
  states?: readonly CellState[];
  /** Whether there is nothing where a value is NaN, in place of something that is not known. */
  hasGaps?: boolean;
  rowLabels: readonly string[];
  columnLabels: readonly string[];
  /** [column], both runs' words where they differ: two lines, where there is room for them. */
  columnPairs?: readonly (readonly [clean: string, corrupted: string] | undefined)[];
  /** [column], whether its label stands out: the prompts differ there. */
  strongColumns: readonly boolean[];
  /** Which columns are seen first where not all fit: the strong ones, else the last; or the last. Else the first. */
  from?: 'change' | 'end' | undefined;
  /** [column], whether its label is underlined: noise is put on the token. */
  noisedColumns?: readonly boolean[];
  /** How many of its rows are shown, from the top: below, places are seen, and nothing of them. */
  rowsShown?: number | undefined;
  /** Outside of it nothing was asked for. */
  region?: Box | undefined;
  scale: PictureScale;
  /** The value of a cell that changes nothing, where that is not what the scale takes for nothing. */
  unpatched?: number;
  /** [row][column], what is written in the cells, where something is. */
  texts?: readonly string[];
  /** The settings, a line each; goes where the picture goes. */
  caption: readonly string[];
}

export const indexOf = ({ columns }: Pick<Picture, 'columns'>, { row, column }: Cell): number =>
  row * columns + column;

/** What is drawn in a cell; 'gap' is nothing at all, and what is hidden is an empty place. */
export function stateOf(picture: Picture, index: number): CellState | 'gap' | 'hidden' {
  if (index >= (picture.rowsShown ?? picture.rows) * picture.columns) return 'hidden';
  const state = picture.states?.[index];
  if (state) return state;
  if (!Number.isNaN(picture.values[index])) return 'exact';
  return picture.hasGaps ? 'gap' : 'not computed';
}

/** Some of its rows, as a picture of their own on the same scale. */
export function withRows(
  picture: Picture,
  rows: readonly number[],
  rowLabels: readonly string[],
): Picture {
  const { columns, values, states, texts } = picture;
  const cells = rows.flatMap((row) =>
    Array.from({ length: columns }, (_, column) => row * columns + column),
  );
  const of = <Value>(all: readonly Value[]) => cells.flatMap((cell) => all.slice(cell, cell + 1));
  const { region, ...rest } = picture;
  const inRegion = rows.flatMap((row, index) =>
    region && row >= region.rows[0] && row <= region.rows[1] ? [index] : [],
  );
  const [first] = inRegion;
  return {
    ...rest,
    ...(region &&
      first !== undefined && { region: { ...region, rows: [first, inRegion.at(-1) ?? first] } }),
    rows: rows.length,
    rowLabels,
    values: Float32Array.from(cells, (cell) => values[cell] ?? Number.NaN),
    ...(states && { states: of(states) }),
    ...(texts && { texts: of(texts) }),
  };
}

const NO_CHANGE = 1e-6;

/** The largest magnitude, at least `least`: smaller changes are shown pale. */
export function extentOver(values: Iterable<number>, least = NO_CHANGE): number {
  let extent = least;
  for (const value of values) {
    if (Math.abs(value) > extent) extent = Math.abs(value);
  }
  return extent;
}

/** Zero in the middle. */
export function changeScale(values: Iterable<number>, least: number, unit: string): PictureScale {
  return { range: { kind: 'diverging', centre: 0, extent: extentOver(values, least) }, unit };
}

/** From zero. */
export function amountScale(values: Iterable<number>, least: number, unit: string): PictureScale {
  return {
    range: { kind: 'sequential', low: 0, high: extentOver(values, least), log: false },
    unit,
  };
}
