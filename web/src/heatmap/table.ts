/** Every number of a result, a row for each cell and target. */

import { visibleText } from '../experiment/token-diff';
import { placeOf } from './panels';
import { type LabResult, rowOffset } from './result';

export const TABLE_COLUMNS = [
  'site',
  'direction',
  'target',
  'layer',
  'head',
  'position',
  'token',
  'probability',
  'logit',
  'log probability',
  'rank',
] as const;

// Enough digits to give the 32-bit number back exactly; empty where there is none.
function exact(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '';
  return String(Number(value.toPrecision(9)));
}

const orEmpty = (index: number) => (index < 0 ? '' : String(index));

/** Texts in the order of `TABLE_COLUMNS`. */
export function* tableRows(result: LabResult): Generator<string[]> {
  const { start, model } = result;
  for (const sweep of result.sweeps) {
    const { info } = sweep;
    for (const [target, { text }] of start.targets.entries()) {
      for (let row = 0; row < info.rows; row++) {
        for (let column = 0; column < info.columns; column++) {
          const { layer, head, position } = placeOf(info, model.nHead, row, column);
          const at = rowOffset(sweep, target, row) + column;
          yield [
            info.site,
            info.direction,
            visibleText(text),
            String(layer),
            orEmpty(head),
            orEmpty(position),
            visibleText(start.tokensClean[position]?.text ?? ''),
            exact(sweep.prob[at]),
            exact(sweep.logit[at]),
            exact(sweep.logProb[at]),
            exact(sweep.rank[at]),
          ];
        }
      }
    }
  }
}
