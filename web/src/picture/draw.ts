/** Draws a picture on a canvas; everything that decides something is in layout, shapes and colours. */

import type { Box, Cell } from '../result/cells';
import type { PictureLayout } from './layout';
import type { Picture } from './picture';
import {
  boxShape,
  cellShapes,
  type CellStyle,
  columnLabelShapes,
  type Inks,
  type LabelShape,
  REGION_BY,
  rowLabelShapes,
  tickPath,
} from './shapes';
import { SANS } from './text-width';
import type { View } from './view';

/** Of what a person does: it is not saved. */
export interface Marks {
  pointed?: Cell | undefined;
  locked?: Cell | undefined;
  /** What is drawn to restrict the next run to. */
  box?: Box | undefined;
  outlines?: readonly Outline[] | undefined;
}

/** A guess is dashed, the truth is drawn through. */
export interface Outline {
  kind: 'guess' | 'truth';
  box: Box;
}

export interface CanvasInks extends Inks {
  focus: string;
  /** Around a mark, so that it is seen on every colour. */
  halo: string;
}

/** Where the person's own few colours are forced. */
export const FORCED_INKS: CanvasInks = {
  text: 'CanvasText',
  strong: 'CanvasText',
  clean: 'CanvasText',
  corrupted: 'CanvasText',
  pending: 'GrayText',
  estimate: 'GrayText',
  broken: 'CanvasText',
  focus: 'Highlight',
  halo: 'Canvas',
};

type Context = CanvasRenderingContext2D;

const ROUNDED = { from: 30, radius: 3 };
/** Below a line's middle, in its type's size. */
const UNDERLINE = { below: 0.45, width: 1.5 };

export function inksOf(element: Element): CanvasInks {
  const style = getComputedStyle(element);
  const ink = (name: string) => style.getPropertyValue(name);
  return {
    text: ink('--muted'),
    strong: ink('--differ'),
    clean: ink('--clean'),
    corrupted: ink('--corrupted'),
    pending: ink('--pending'),
    estimate: ink('--estimate'),
    broken: ink('--problem'),
    focus: ink('--focus'),
    halo: ink('--surface'),
  };
}

function drawCells(
  context: Context,
  picture: Picture,
  layout: PictureLayout,
  view: View,
  style: CellStyle,
  inks: Inks,
) {
  const { cellFont, cellWidth, cellHeight } = layout;
  const isRounded = Math.min(cellWidth, cellHeight) >= ROUNDED.from;
  const strokes: Partial<Record<keyof Inks, string>> = {};
  const texts: { text: string; x: number; y: number; ink: string; isBold: boolean }[] = [];
  for (const cell of cellShapes(picture, layout, view, style)) {
    const { x, y, width, height, fill, stroke, strokeInk, text, textInk, isBold } = cell;
    if (fill !== undefined) {
      context.fillStyle = fill;
      if (isRounded) {
        context.beginPath();
        context.roundRect(x, y, width, height, ROUNDED.radius);
        context.fill();
      } else context.fillRect(x, y, width, height);
    }
    if (stroke) strokes[strokeInk] = (strokes[strokeInk] ?? '') + stroke;
    if (text) texts.push({ text, x: x + width / 2, y: y + height / 2, ink: textInk, isBold });
  }
  context.lineWidth = 1;
  for (const [ink, path] of Object.entries(strokes)) {
    context.strokeStyle = inks[ink as keyof Inks];
    context.stroke(new Path2D(path));
  }
  context.textAlign = 'center';
  for (const { text, x, y, ink, isBold } of texts) {
    context.font = `${isBold ? '600 ' : ''}${cellFont}px ${SANS}`;
    context.fillStyle = ink;
    context.fillText(text, x, y);
  }
}

const ALIGN = { start: 'left', middle: 'center', end: 'right' } as const;

function drawLabels(context: Context, labels: Iterable<LabelShape>, inks: Inks) {
  for (const { text, x, y, anchor, isUpright, font, isBold, isUnderlined, ink } of labels) {
    context.save();
    context.font = `${isBold ? 'bold ' : ''}${font}px ${SANS}`;
    context.fillStyle = inks[ink];
    context.textAlign = ALIGN[anchor];
    context.translate(x, y);
    if (isUpright) context.rotate(-Math.PI / 2);
    context.fillText(text, 0, 0);
    if (isUnderlined) {
      const { actualBoundingBoxLeft: before, actualBoundingBoxRight: after } =
        context.measureText(text);
      context.fillRect(-before, UNDERLINE.below * font, before + after, UNDERLINE.width);
    }
    context.restore();
  }
}

/** by: how far outside of the cells. */
function outline(context: Context, layout: PictureLayout, box: Box, by: number) {
  const { x, y, width, height } = boxShape(layout, box, by);
  context.strokeRect(x, y, width, height);
}

/** What was asked for alone. */
function drawRegion(context: Context, layout: PictureLayout, region: Box, inks: CanvasInks) {
  for (const [ink, width] of [
    [inks.halo, 4],
    [inks.strong, 2],
  ] as const) {
    context.strokeStyle = ink;
    context.lineWidth = width;
    outline(context, layout, region, REGION_BY);
  }
}

/** The truth lies around the guess, where both are the same. */
function drawOutline(
  context: Context,
  layout: PictureLayout,
  { kind, box }: Outline,
  inks: CanvasInks,
) {
  const by = kind === 'truth' ? 2 : -3;
  context.strokeStyle = inks.halo;
  context.lineWidth = 6;
  outline(context, layout, box, by);
  context.strokeStyle = kind === 'truth' ? inks.focus : inks.strong;
  context.lineWidth = 3;
  if (kind === 'guess') context.setLineDash([6, 4]);
  outline(context, layout, box, by);
  context.setLineDash([]);
}

const boxOfOne = ({ row, column }: Cell): Box => ({ rows: [row, row], columns: [column, column] });

function drawMarks(
  context: Context,
  layout: PictureLayout,
  { pointed, locked, box, outlines = [] }: Marks,
  inks: CanvasInks,
) {
  for (const each of outlines) drawOutline(context, layout, each, inks);
  if (pointed) {
    context.strokeStyle = inks.focus;
    context.lineWidth = 2;
    outline(context, layout, boxOfOne(pointed), 0);
  }
  if (locked) {
    context.strokeStyle = inks.halo;
    context.lineWidth = 2;
    outline(context, layout, boxOfOne(locked), 0);
    context.strokeStyle = inks.focus;
    context.lineWidth = 3;
    outline(context, layout, boxOfOne(locked), 2);
  }
  if (!box) return;
  context.strokeStyle = inks.focus;
  context.lineWidth = 2;
  context.setLineDash([5, 3]);
  outline(context, layout, box, 0);
  context.setLineDash([]);
}

/** Draws within a part of the canvas alone, moved by what is scrolled. */
function within(
  context: Context,
  area: { x: number; y: number; width: number; height: number },
  moved: { x: number; y: number },
  draw: () => void,
) {
  context.save();
  context.beginPath();
  context.rect(area.x, area.y, area.width, area.height);
  context.clip();
  context.translate(-moved.x, -moved.y);
  draw();
  context.restore();
}

/** What is seen of a picture. ratio: device pixels for each CSS pixel. */
export function drawPicture(
  canvas: HTMLCanvasElement,
  picture: Picture,
  layout: PictureLayout,
  view: View,
  { marks, inks, ratio, ...style }: CellStyle & { marks: Marks; inks: CanvasInks; ratio: number },
): void {
  const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, view.width, view.height);
  context.textBaseline = 'middle';
  const { left, top } = layout;
  // Marks reach a little over the cells.
  const [x, y] = [view.x > 0 ? left : left - 4, view.y > 0 ? top : top - 4];
  const cells = { x, y, width: view.width - x, height: view.height - y };
  within(context, cells, view, () => {
    drawCells(context, picture, layout, view, style, inks);
    if (picture.region) drawRegion(context, layout, picture.region, inks);
    drawMarks(context, layout, marks, inks);
  });
  within(context, { ...cells, y: 0, height: top }, { x: view.x, y: 0 }, () => {
    drawLabels(context, columnLabelShapes(picture, layout), inks);
    context.strokeStyle = inks.text;
    context.lineWidth = 1;
    context.stroke(new Path2D(tickPath(layout)));
  });
  within(context, { ...cells, x: 0, width: left }, { x: 0, y: view.y }, () => {
    drawLabels(context, rowLabelShapes(layout), inks);
  });
}
