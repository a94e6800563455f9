/** Draws a heatmap on a canvas; everything that decides something is in layout, metrics, colours. */

import type { CellState } from './cell-state';
import { largestOf } from './extremes';
import type { Box, Cell, HeatmapLayout } from './layout';

export interface HeatmapPicture {
  layout: HeatmapLayout;
  /** [row][column]; NaN for cells that have none. */
  values: Float32Array;
  /** [row][column] */
  states: readonly CellState[];
  colour: (value: number) => string;
  /** [row] */
  rowLabels: readonly string[];
  /** [column] */
  labels: readonly string[];
  /** [column], true where the prompts differ. */
  differs: readonly boolean[];
  selected: Cell | undefined;
  /** What is drawn to restrict the next run to. */
  box: Box | undefined;
  ink: {
    text: string;
    strong: string;
    pending: string;
    focus: string;
    estimate: string;
    broken: string;
  };
}

const LARGEST_FONT = 12;
const FAMILY = 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace';
const HATCH_STEP = 6;
const LABEL_GAP = 6;
const UPRIGHT = -Math.PI / 2;

type Context = CanvasRenderingContext2D;

/** The longest label's width; its height where it is written upwards. */
export function labelLength(context: Context, labels: readonly string[]): number {
  context.font = `bold ${LARGEST_FONT}px ${FAMILY}`;
  const widths = labels.map((label) => Math.ceil(context.measureText(label).width));
  return largestOf(widths, 0);
}

/** What row labels take beside the cells. */
export function rowLabelWidth(context: Context, labels: readonly string[]): number {
  return labelLength(context, labels) + LABEL_GAP + 2;
}

function hatch(context: Context, x: number, y: number, width: number, height: number) {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.beginPath();
  // Lines that go on from cell to cell.
  const first = Math.floor((x - height) / HATCH_STEP) * HATCH_STEP;
  for (let at = first; at < x + width; at += HATCH_STEP) {
    context.moveTo(at, y + height);
    context.lineTo(at + height, y);
  }
  context.stroke();
  context.restore();
}

/** Something was computed, and it is no number. */
function cross(context: Context, x: number, y: number, width: number, height: number) {
  context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + width, y + height);
  context.moveTo(x, y + height);
  context.lineTo(x + width, y);
  context.stroke();
}

function drawCells(context: Context, picture: HeatmapPicture) {
  const { values, states, colour, ink } = picture;
  const { left, top, cellWidth, cellHeight, rows, columns } = picture.layout;
  const [width, height] = [cellWidth - 1, cellHeight - 1];
  context.lineWidth = 1;
  for (let row = 0; row < rows; row++) {
    const y = top + row * cellHeight;
    for (let column = 0; column < columns; column++) {
      const x = left + column * cellWidth;
      const state = states[row * columns + column];
      if (state === 'exact' || state === 'estimated') {
        context.fillStyle = colour(values[row * columns + column] ?? Number.NaN);
        context.fillRect(x, y, width, height);
      }
      if (state === 'not finite') {
        context.strokeStyle = ink.broken;
        cross(context, x, y, width, height);
      } else if (state !== 'exact') {
        context.strokeStyle = state === 'estimated' ? ink.estimate : ink.pending;
        hatch(context, x, y, width, height);
      }
    }
  }
}

function drawLabels(context: Context, picture: HeatmapPicture) {
  const { rowLabels, labels, differs, ink } = picture;
  const { left, top, cellWidth, cellHeight, rows } = picture.layout;
  const every = cellHeight < 14 ? 4 : 1;
  const font = `${Math.min(LARGEST_FONT, cellWidth + 1)}px ${FAMILY}`;
  context.font = font;
  context.fillStyle = ink.text;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (let row = 0; row < rows; row += every) {
    context.fillText(rowLabels[row] ?? '', left - LABEL_GAP, top + (row + 0.5) * cellHeight);
  }
  labels.forEach((label, column) => {
    context.save();
    context.translate(left + (column + 0.5) * cellWidth, top + rows * cellHeight + LABEL_GAP);
    context.rotate(UPRIGHT);
    context.font = differs[column] ? `bold ${font}` : font;
    context.fillStyle = differs[column] ? ink.strong : ink.text;
    context.fillText(label, 0, 0);
    context.restore();
  });
}

function outline(context: Context, { left, top, cellWidth, cellHeight }: HeatmapLayout, box: Box) {
  const [firstRow, lastRow] = box.rows;
  const [firstColumn, lastColumn] = box.columns;
  context.strokeRect(
    left + firstColumn * cellWidth,
    top + firstRow * cellHeight,
    (lastColumn - firstColumn + 1) * cellWidth - 1,
    (lastRow - firstRow + 1) * cellHeight - 1,
  );
}

function drawMarks(context: Context, { layout, selected, box, ink }: HeatmapPicture) {
  context.strokeStyle = ink.focus;
  context.lineWidth = 2;
  if (selected) {
    const { row, column } = selected;
    outline(context, layout, { rows: [row, row], columns: [column, column] });
  }
  if (!box) return;
  context.setLineDash([5, 3]);
  outline(context, layout, box);
  context.setLineDash([]);
}

/** ratio: device pixels for each CSS pixel. */
export function drawHeatmap(canvas: HTMLCanvasElement, picture: HeatmapPicture, ratio: number) {
  const { width, height } = picture.layout;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawCells(context, picture);
  drawLabels(context, picture);
  drawMarks(context, picture);
}
