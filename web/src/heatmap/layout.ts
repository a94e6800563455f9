/** Where things of a heatmap are, in CSS pixels; x to the right, y down, row 0 on top. */

export interface HeatmapLayout {
  width: number;
  height: number;
  cellWidth: number;
  cellHeight: number;
  /** The cells' top left corner. */
  left: number;
  top: number;
  rows: number;
  columns: number;
}

export interface Cell {
  row: number;
  column: number;
}

const LEAST_LEFT = 28;
const TOP = 8;
const RIGHT = 2;
const CELL_WIDTH = { least: 9, most: 84 };
const LABEL_PADDING = 12;

function cellHeightFor(rows: number, small: boolean): number {
  if (small) return rows <= 12 ? 16 : 12;
  if (rows <= 6) return 34;
  if (rows <= 12) return 24;
  return rows <= 24 ? 18 : 12;
}

/**
 * available: the width to fill; wider where cells would get too narrow. labels: the height of the
 * longest column's, and the width that rows' take. small: as one of many.
 */
export function layoutHeatmap(
  rows: number,
  columns: number,
  available: number,
  labels: { height: number; width: number },
  small = false,
): HeatmapLayout {
  const left = Math.max(LEAST_LEFT, labels.width);
  const fitting = Math.floor((available - left - RIGHT) / columns);
  const cellWidth = Math.min(CELL_WIDTH.most, Math.max(CELL_WIDTH.least, fitting));
  const cellHeight = cellHeightFor(rows, small);
  return {
    width: left + RIGHT + cellWidth * columns,
    height: TOP + cellHeight * rows + labels.height + LABEL_PADDING,
    cellWidth,
    cellHeight,
    left,
    top: TOP,
    rows,
    columns,
  };
}

/** The cell under a point; none outside. */
export function cellAt(layout: HeatmapLayout, x: number, y: number): Cell | undefined {
  const column = Math.floor((x - layout.left) / layout.cellWidth);
  const row = Math.floor((y - layout.top) / layout.cellHeight);
  const inside = column >= 0 && column < layout.columns && row >= 0 && row < layout.rows;
  return inside ? { row, column } : undefined;
}

const STEPS: Record<string, [rows: number, columns: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The cell that a key leads to, kept inside; none for other keys. */
export function moveCell(layout: HeatmapLayout, cell: Cell, key: string): Cell | undefined {
  const { rows, columns } = layout;
  if (key === 'Home') return { ...cell, column: 0 };
  if (key === 'End') return { ...cell, column: columns - 1 };
  const step = STEPS[key];
  if (!step) return undefined;
  const within = (value: number, count: number) => Math.min(count - 1, Math.max(0, value));
  return { row: within(cell.row + step[0], rows), column: within(cell.column + step[1], columns) };
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
