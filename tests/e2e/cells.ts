/** The values of a heatmap as the page's table shows them, for any browser. */

export interface Cell {
  site: string;
  direction: string;
  target: string;
  layer: number;
  /** NaN where the heatmap does not tell heads, or positions, apart; and for what is not computed. */
  head: number;
  position: number;
  prob: number;
  logit: number;
  logProb: number;
  rank: number;
}

const numberOf = (text: string | null | undefined) => (text ? Number(text) : Number.NaN);

/** "0–2" is what a patch covers: the first is what it is called by. */
const firstOf = (text: string | null | undefined) => numberOf(text?.split('–')[0]);

/** Without what enters the first layer, where the page has added it: scene.spec.ts has a test of that. */
function withoutInput(cells: Cell[]): Cell[] {
  const isInput = ({ site }: Cell) => site === 'resid_pre';
  const isAdded = cells.some(({ site }) => site === 'resid_post');
  const isWhole = cells.some((cell) => isInput(cell) && cell.layer > 0);
  return isAdded && !isWhole ? cells.filter((cell) => !isInput(cell)) : cells;
}

/** rows: the texts of the table's cells. */
export function cellsOf(rows: (string | null)[][]): Cell[] {
  const cells = rows.map(
    ([site, direction, target, layer, head, position, , prob, logProb, logit, rank]) => ({
      site: site ?? '',
      direction: direction ?? '',
      target: (target ?? '').replaceAll('·', ' '),
      layer: firstOf(layer),
      head: numberOf(head),
      position: firstOf(position),
      prob: numberOf(prob),
      logit: numberOf(logit),
      logProb: numberOf(logProb),
      rank: numberOf(rank),
    }),
  );
  return withoutInput(cells);
}
