/** Why a rule finds no cell of a result's map, in a sentence. */

import { largestOf, leastOf } from '../result/extremes';
import { hasInputRow, placeOfCell } from '../scene/scene-map';
import { diffTokens } from '../tokens/token-diff';
import type { CellRule } from './lesson';
import { boxOfRule, type Moved } from './truth';

const NO_GAP = 'Here both runs say nearly the same, so that there is nothing to find.';

function whyNoRow({ result, map }: Moved, rows: CellRule['rows']): string | undefined {
  if (rows === 'input' && !hasInputRow(map)) {
    return `The question is of the row of the input, which this map, of ${map.site}, has not.`;
  }
  if (typeof rows !== 'number') return undefined;
  const first = hasInputRow(map) ? 1 : 0;
  const layers = map.rows
    .slice(first)
    .flatMap((_, row) => placeOfCell(result, map, first + row, 0)?.layer ?? []);
  if (layers.includes(rows)) return undefined;
  const [least, most] = [leastOf(layers), largestOf(layers)];
  const isWhole = least === 0 && most === result.model.nLayer - 1;
  const has = `${isWhole ? 'this model' : 'this map'} has layers ${least} to ${most}`;
  return `The question is of row ${rows}: ${has}.`;
}

function whyNoColumn({ result, map }: Moved, columns: CellRule['columns']): string | undefined {
  const last = map.picture.columns - 1;
  if (columns === 'differing') {
    const { tokensClean, tokensCorrupted } = result.start;
    const differs = diffTokens(tokensClean, tokensCorrupted).clean.includes(true);
    if (!differs) return 'The question is of the word that differs: the two texts have none.';
  }
  return typeof columns === 'number' && columns > last
    ? `The question is of column ${columns}: this map has columns 0 to ${last}.`
    : undefined;
}

/** moved: undefined where the runs say nearly the same. */
export function whyNoCell(moved: Moved | undefined, rule: CellRule): string {
  if (!moved) return NO_GAP;
  if (boxOfRule(moved.result, moved.map, rule)) {
    if (rule.find === 'strongest') return 'No cell that is asked about has a value.';
    const percent = Math.round(100 * (rule.above ?? 0.5));
    return `No cell that is asked about moves the answer by more than ${percent} % of the gap.`;
  }
  return (
    whyNoRow(moved, rule.rows) ??
    whyNoColumn(moved, rule.columns) ??
    'The map has no such row or column.'
  );
}
