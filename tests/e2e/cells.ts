/** The values of a heatmap as the page's table shows them, for any browser. */

export interface Cell {
  target: string;
  layer: number;
  position: number;
  prob: number;
  logit: number;
}

/** rows: the texts of the table's cells. */
export function cellsOf(rows: (string | null)[][]): Cell[] {
  return rows.map(([target, layer, position, , prob, logit]) => ({
    target: (target ?? '').replaceAll('·', ' '),
    layer: Number(layer),
    position: Number(position),
    prob: Number(prob),
    logit: Number(logit),
  }));
}
