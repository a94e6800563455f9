/** Where things of a heatmap are, in CSS pixels; x to the right, y down, layer 0 on top. */

export interface HeatmapLayout {
  width: number;
  height: number;
  cellWidth: number;
  cellHeight: number;
  /** The cells' top left corner. */
  left: number;
  top: number;
  nLayer: number;
  length: number;
}

export interface Cell {
  layer: number;
  position: number;
}

const LEFT = 28;
const TOP = 8;
const RIGHT = 2;
const CELL_WIDTH = { least: 9, most: 56 };
const LABEL_PADDING = 12;

function cellHeightFor(nLayer: number): number {
  if (nLayer <= 6) return 34;
  if (nLayer <= 12) return 24;
  return nLayer <= 24 ? 18 : 12;
}

/** available: the width to fill; wider where cells would get too narrow. labelHeight: of the longest. */
export function layoutHeatmap(
  nLayer: number,
  length: number,
  available: number,
  labelHeight: number,
): HeatmapLayout {
  const fitting = Math.floor((available - LEFT - RIGHT) / length);
  const cellWidth = Math.min(CELL_WIDTH.most, Math.max(CELL_WIDTH.least, fitting));
  const cellHeight = cellHeightFor(nLayer);
  return {
    width: LEFT + RIGHT + cellWidth * length,
    height: TOP + cellHeight * nLayer + labelHeight + LABEL_PADDING,
    cellWidth,
    cellHeight,
    left: LEFT,
    top: TOP,
    nLayer,
    length,
  };
}

/** The cell under a point; none outside. */
export function cellAt(layout: HeatmapLayout, x: number, y: number): Cell | undefined {
  const position = Math.floor((x - layout.left) / layout.cellWidth);
  const layer = Math.floor((y - layout.top) / layout.cellHeight);
  const inside = position >= 0 && position < layout.length && layer >= 0 && layer < layout.nLayer;
  return inside ? { layer, position } : undefined;
}

const STEPS: Record<string, [layers: number, positions: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The cell that a key leads to, kept inside; none for other keys. */
export function moveCell(layout: HeatmapLayout, cell: Cell, key: string): Cell | undefined {
  const { nLayer, length } = layout;
  if (key === 'Home') return { ...cell, position: 0 };
  if (key === 'End') return { ...cell, position: length - 1 };
  const step = STEPS[key];
  if (!step) return undefined;
  const within = (value: number, count: number) => Math.min(count - 1, Math.max(0, value));
  return {
    layer: within(cell.layer + step[0], nLayer),
    position: within(cell.position + step[1], length),
  };
}
