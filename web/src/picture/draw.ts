/** Draws a picture on a canvas; everything that decides something is in layout and colour. */

import type { CellState } from '../heatmap/cell-state';
import { inkOn } from './colour';
import { cellCharacters, FONT, labelRight, labelTop, type PictureLayout } from './layout';
import { type Picture, type PictureCell, shortened, stateOf } from './picture';

export interface Inks {
  text: string;
  strong: string;
  pending: string;
  focus: string;
  estimate: string;
  broken: string;
}

const FAMILY = 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace';

export function inksOf(element: Element): Inks {
  const style = getComputedStyle(element);
  const ink = (name: string) => style.getPropertyValue(name);
  return {
    text: ink('--muted'),
    strong: ink('--differ'),
    pending: ink('--pending'),
    focus: ink('--focus'),
    estimate: ink('--estimate'),
    broken: ink('--problem'),
  };
}

interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

type Context = CanvasRenderingContext2D;
type Colour = (value: number) => string;

/** A stroke where nothing is computed, or where there is an estimate; a cross of what is no number. */
function drawMark(context: Context, state: CellState, at: Rectangle, inks: Inks) {
  const { x, y, width, height } = at;
  context.strokeStyle =
    state === 'not finite' ? inks.broken : state === 'estimated' ? inks.estimate : inks.pending;
  context.beginPath();
  context.moveTo(x, y + height);
  context.lineTo(x + width, y);
  if (state === 'not finite') {
    context.moveTo(x, y);
    context.lineTo(x + width, y + height);
    context.rect(x + 0.5, y + 0.5, width - 1, height - 1);
  }
  context.stroke();
}

function drawCells(
  context: Context,
  picture: Picture,
  layout: PictureLayout,
  colour: Colour,
  inks: Inks,
) {
  const room = cellCharacters(layout);
  const gap = layout.cellWidth > 4 && layout.cellHeight > 4 ? 1 : 0;
  const [width, height] = [layout.cellWidth - gap, layout.cellHeight - gap];
  context.font = `${FONT}px ${FAMILY}`;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  context.lineWidth = 1;
  picture.values.forEach((value, index) => {
    const x = layout.left + (index % layout.columns) * layout.cellWidth;
    const y = layout.top + Math.floor(index / layout.columns) * layout.cellHeight;
    const state = stateOf(picture, index);
    if (state === 'gap') return;
    const isKnown = state === 'exact' || state === 'estimated';
    const fill = isKnown ? colour(value) : undefined;
    if (fill !== undefined) {
      context.fillStyle = fill;
      context.fillRect(x, y, width, height);
    }
    if (state !== 'exact') drawMark(context, state, { x, y, width, height }, inks);
    const text = picture.texts?.[index];
    if (text === undefined || fill === undefined) return;
    context.fillStyle = inkOn(fill);
    context.fillText(shortened(text, room), x + layout.cellWidth / 2, y + layout.cellHeight / 2);
  });
}

function drawLabels(context: Context, picture: Picture, layout: PictureLayout, inks: Inks) {
  const font = `${layout.font}px ${FAMILY}`;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  context.font = `${Math.min(FONT, Math.max(9, layout.cellHeight))}px ${FAMILY}`;
  context.fillStyle = inks.text;
  for (let row = 0; row < layout.rows; row += layout.rowStep) {
    const y = layout.top + (row + 0.5) * layout.cellHeight;
    context.fillText(layout.rowLabels[row] ?? '', labelRight(layout), y);
  }
  layout.columnLabels.forEach((label, column) => {
    const strong = picture.strongColumns[column] === true;
    context.save();
    context.font = strong ? `bold ${font}` : font;
    context.fillStyle = strong ? inks.strong : inks.text;
    context.translate(layout.left + (column + 0.5) * layout.cellWidth, labelTop(layout));
    if (layout.upright) {
      context.rotate(-Math.PI / 2);
      context.fillText(label, 0, 0);
    } else {
      context.textAlign = 'center';
      context.fillText(label, 0, layout.font / 2);
    }
    context.restore();
  });
}

/** ratio: device pixels for each CSS pixel. */
export function drawPicture(
  canvas: HTMLCanvasElement,
  picture: Picture,
  layout: PictureLayout,
  colour: Colour,
  inks: Inks,
  selected: PictureCell | undefined,
  ratio: number,
): void {
  canvas.width = Math.round(layout.width * ratio);
  canvas.height = Math.round(layout.height * ratio);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawCells(context, picture, layout, colour, inks);
  drawLabels(context, picture, layout, inks);
  if (!selected) return;
  context.strokeStyle = inks.focus;
  context.lineWidth = 2;
  context.strokeRect(
    layout.left + selected.column * layout.cellWidth,
    layout.top + selected.row * layout.cellHeight,
    layout.cellWidth - 1,
    layout.cellHeight - 1,
  );
}
