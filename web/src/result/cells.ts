/** A heatmap’s cells by their place; row 0 on top. */

export interface Cell {
  row: number;
  column: number;
}

/** The rectangle that two corners span, both part of it. */
export interface Box {
  rows: [first: number, last: number];
  columns: [first: number, last: number];
}

export function boxOf(a: Cell, b: Cell): Box {
  return {
    rows: [Math.min(a.row, b.row), Math.max(a.row, b.row)],
    columns: [Math.min(a.column, b.column), Math.max(a.column, b.column)],
  };
}
