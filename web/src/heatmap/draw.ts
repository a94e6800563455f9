/** Draws a heatmap on a canvas; everything that decides something is in layout, colouring, colours. */

import type { Cell, HeatmapLayout } from './layout';

export interface HeatmapPicture {
  layout: HeatmapLayout;
  /** [layer][position]; NaN for cells that are not computed. */
  values: Float32Array;
  colour: (value: number) => string;
  /** [position] */
  labels: readonly string[];
  /** [position], true where the prompts differ. */
  differs: readonly boolean[];
  selected: Cell | undefined;
  ink: { text: string; strong: string; pending: string; focus: string };
}

const LARGEST_FONT = 12;
const FAMILY = 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace';
const HATCH_STEP = 6;
const LABEL_GAP = 6;
const UPRIGHT = -Math.PI / 2;

type Context = CanvasRenderingContext2D;

/** The height that labels written upwards take. */
export function labelHeight(context: Context, labels: readonly string[]): number {
  context.font = `bold ${LARGEST_FONT}px ${FAMILY}`;
  return Math.max(0, ...labels.map((label) => Math.ceil(context.measureText(label).width)));
}

function drawPending(context: Context, x: number, y: number, width: number, height: number) {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.beginPath();
  for (let offset = -height; offset < width; offset += HATCH_STEP) {
    context.moveTo(x + offset, y + height);
    context.lineTo(x + offset + height, y);
  }
  context.stroke();
  context.restore();
}

function drawCells(context: Context, { layout, values, colour, ink }: HeatmapPicture) {
  const { left, top, cellWidth, cellHeight, nLayer, length } = layout;
  context.strokeStyle = ink.pending;
  context.lineWidth = 1;
  for (let layer = 0; layer < nLayer; layer++) {
    const y = top + layer * cellHeight;
    if (Number.isNaN(values[layer * length])) {
      drawPending(context, left, y, cellWidth * length - 1, cellHeight - 1);
      continue;
    }
    for (let position = 0; position < length; position++) {
      context.fillStyle = colour(values[layer * length + position] ?? 0);
      context.fillRect(left + position * cellWidth, y, cellWidth - 1, cellHeight - 1);
    }
  }
}

function drawLabels(context: Context, { layout, labels, differs, ink }: HeatmapPicture) {
  const { left, top, cellWidth, cellHeight, nLayer } = layout;
  const every = cellHeight < 14 ? 4 : 1;
  const font = `${Math.min(LARGEST_FONT, cellWidth + 1)}px ${FAMILY}`;
  context.font = font;
  context.fillStyle = ink.text;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (let layer = 0; layer < nLayer; layer += every) {
    context.fillText(`${layer}`, left - LABEL_GAP, top + (layer + 0.5) * cellHeight);
  }
  labels.forEach((label, position) => {
    context.save();
    context.translate(left + (position + 0.5) * cellWidth, top + nLayer * cellHeight + LABEL_GAP);
    context.rotate(UPRIGHT);
    context.font = differs[position] ? `bold ${font}` : font;
    context.fillStyle = differs[position] ? ink.strong : ink.text;
    context.fillText(label, 0, 0);
    context.restore();
  });
}

function drawSelection(context: Context, { layout, selected, ink }: HeatmapPicture) {
  if (!selected) return;
  context.strokeStyle = ink.focus;
  context.lineWidth = 2;
  context.strokeRect(
    layout.left + selected.position * layout.cellWidth,
    layout.top + selected.layer * layout.cellHeight,
    layout.cellWidth - 1,
    layout.cellHeight - 1,
  );
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
  drawSelection(context, picture);
}
