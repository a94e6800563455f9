/** A rectangle of coloured cells, apart from where it is drawn: on a canvas, as SVG. */

import type { CellState } from '../heatmap/cell-state';
import type { ColourRange } from '../heatmap/metrics';

export interface PictureScale {
  range: ColourRange;
  /** "nats", "logits"; may be empty. */
  unit: string;
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
  /** [column], whether its label stands out: the prompts differ there. */
  strongColumns: readonly boolean[];
  scale: PictureScale;
  /** [row][column], what is written in the cells, where something is. */
  texts?: readonly string[];
  /** The settings, a line each; goes where the picture goes. */
  caption: readonly string[];
}

/** What is drawn in a cell; 'gap' is nothing at all. */
export function stateOf(picture: Picture, index: number): CellState | 'gap' {
  const state = picture.states?.[index];
  if (state) return state;
  if (!Number.isNaN(picture.values[index])) return 'exact';
  return picture.hasGaps ? 'gap' : 'not computed';
}

export interface PictureCell {
  row: number;
  column: number;
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

const STEPS: Record<string, [rows: number, columns: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The cell that a key leads to, kept inside; none for other keys. */
export function cellAfterKey(
  { rows, columns }: { rows: number; columns: number },
  cell: PictureCell,
  key: string,
): PictureCell | undefined {
  if (key === 'Home') return { ...cell, column: 0 };
  if (key === 'End') return { ...cell, column: columns - 1 };
  const step = STEPS[key];
  if (!step) return undefined;
  const within = (value: number, count: number) => Math.min(count - 1, Math.max(0, value));
  return {
    row: within(cell.row + step[0], rows),
    column: within(cell.column + step[1], columns),
  };
}

/** At most `longest` characters. */
export function shortened(label: string, longest: number): string {
  const characters = Array.from(label);
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : label;
}
