/** How a sweep's rows are laid out as one heatmap, or as small ones, and what its cells are called. */

import type { ExperimentStart } from '../engine/module';
import { visibleTokens } from '../tokens/visible-tokens';
import type { SweepValues } from './result';

/** What a cell's patch is in; −1 for what the sweep does not tell apart. */
export interface Place {
  /** The first and, of a window, the last layer. */
  layer: number;
  lastLayer: number;
  head: number;
  /** The first and, of a span, the last position. */
  position: number;
  lastPosition: number;
}

export interface Panel {
  title: string;
  /** Which of the sweep's rows it shows, from top to bottom. */
  rows: number[];
  rowLabels: string[];
}

/** Of heads by position: a small heatmap for each layer, or for each head. */
export type PanelsBy = 'layer' | 'head';

const count = (length: number) => Array.from({ length }, (_, i) => i);

/** "3", "0–2" */
export const rangeText = (first: number, last: number): string =>
  first === last ? `${first}` : `${first}–${last}`;

/** "layer 3", "layers 0–2" */
export const namedRange = (name: string, first: number, last: number): string =>
  `${name}${first === last ? '' : 's'} ${rangeText(first, last)}`;

export function placeOf(
  { info, window, span }: SweepValues,
  nHead: number,
  row: number,
  column: number,
): Place {
  const layer = info.axes === 'head-position' ? Math.floor(row / nHead) : row;
  const layers = info.axes === 'head-position' ? info.rows / nHead : info.rows;
  const lastLayer = Math.min(layer + window, layers) - 1;
  if (info.axes === 'head') {
    return { layer, lastLayer, head: column, position: -1, lastPosition: -1 };
  }
  const head = info.axes === 'head-position' ? row % nHead : -1;
  const lastPosition = Math.min(column + span, info.columns) - 1;
  return { layer, lastLayer, head, position: column, lastPosition };
}

/** [row]: the layers that its patches are in, "3" or "0–2"; where rows are heads, "3.1". */
export function rowNames(sweep: SweepValues, nHead: number): string[] {
  return count(sweep.info.rows).map((row) => {
    const { layer, lastLayer, head } = placeOf(sweep, nHead, row, 0);
    const layers = rangeText(layer, lastLayer);
    return sweep.info.axes === 'head-position' ? `${layers}.${head}` : layers;
  });
}

export function panelsOf(sweep: SweepValues, nHead: number, by: PanelsBy): Panel[] {
  const { info } = sweep;
  if (info.axes !== 'head-position') {
    return [{ title: '', rows: count(info.rows), rowLabels: rowNames(sweep, nHead) }];
  }
  const nLayer = info.rows / nHead;
  if (by === 'layer') {
    return count(nLayer).map((layer) => ({
      title: `Layer ${layer}`,
      rows: count(nHead).map((head) => layer * nHead + head),
      rowLabels: count(nHead).map((head) => `H${head}`),
    }));
  }
  return count(nHead).map((head) => ({
    title: `Head ${head}`,
    rows: count(nLayer).map((layer) => layer * nHead + head),
    rowLabels: count(nLayer).map(String),
  }));
}

/** [position], both prompts' tokens where they differ. */
export function positionLabels({ tokensClean, tokensCorrupted }: ExperimentStart): string[] {
  const [own, others] = [visibleTokens(tokensClean), visibleTokens(tokensCorrupted)];
  return tokensClean.map((token, i) => {
    const other = tokensCorrupted[i];
    const label = own[i] ?? '';
    return !other || other.id === token.id ? label : `${label} / ${others[i] ?? ''}`;
  });
}

/** labels: [position]. "Layer 1, position 4, ·was", "Layers 0–2, position 4, ·was", "L5H3, …" */
export function placeText(place: Place, labels: readonly string[]): string {
  const { layer, lastLayer, head, position, lastPosition } = place;
  const where = head < 0 ? namedRange('Layer', layer, lastLayer) : `L${layer}H${head}`;
  if (position < 0) return where;
  const tokens = labels.slice(position, lastPosition + 1).join(' ');
  return `${where}, ${namedRange('position', position, lastPosition)}, ${tokens}`;
}
