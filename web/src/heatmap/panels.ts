/** How a sweep's rows are laid out as one heatmap, or as small ones, and what its cells are called. */

import type { ExperimentStart, SweepInfo } from '../engine/module';
import { visibleText } from '../experiment/token-diff';

/** Where a cell is; −1 for what the sweep does not tell apart. */
export interface Place {
  layer: number;
  head: number;
  position: number;
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

export function panelsOf(info: SweepInfo, nHead: number, by: PanelsBy): Panel[] {
  if (info.axes !== 'head-position') {
    return [{ title: '', rows: count(info.rows), rowLabels: count(info.rows).map(String) }];
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

export function placeOf(info: SweepInfo, nHead: number, row: number, column: number): Place {
  switch (info.axes) {
    case 'position':
      return { layer: row, head: -1, position: column };
    case 'head':
      return { layer: row, head: column, position: -1 };
    case 'head-position':
      return { layer: Math.floor(row / nHead), head: row % nHead, position: column };
  }
}

/** [position], both prompts' tokens where they differ. */
export function positionLabels({ tokensClean, tokensCorrupted }: ExperimentStart): string[] {
  return tokensClean.map((token, i) => {
    const other = tokensCorrupted[i];
    const label = visibleText(token.text);
    return !other || other.id === token.id ? label : `${label} / ${visibleText(other.text)}`;
  });
}

/** labels: [position]. "Layer 1, position 4, ·was", "L5H3, position 4, ·was" */
export function placeText(place: Place, labels: readonly string[]): string {
  const { layer, head, position } = place;
  const where = head < 0 ? `Layer ${layer}` : `L${layer}H${head}`;
  return position < 0 ? where : `${where}, position ${position}, ${labels[position] ?? ''}`;
}
