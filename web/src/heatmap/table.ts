/** Every number of a result, a row for each cell and target. */

import { visibleText } from '../experiment/token-diff';
import { numberOrNull } from '../taking/numbers';
import { exactState } from './cell-state';
import { placeOf, rangeText } from './panels';
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
  'state',
] as const;

/** Empty where there is none. */
const exact = (value: number | undefined) => String(numberOrNull(value) ?? '');

const range = (first: number, last: number) => (first < 0 ? '' : rangeText(first, last));

/** Texts in the order of `TABLE_COLUMNS`. */
export function* tableRows(result: LabResult): Generator<string[]> {
  const { start, model } = result;
  for (const sweep of result.sweeps) {
    const { info } = sweep;
    for (const [target, { text }] of start.targets.entries()) {
      for (let row = 0; row < info.rows; row++) {
        for (let column = 0; column < info.columns; column++) {
          const place = placeOf(sweep, model.nHead, row, column);
          const { layer, lastLayer, head, position, lastPosition } = place;
          const at = rowOffset(sweep, target, row) + column;
          yield [
            info.site,
            info.direction,
            visibleText(text),
            range(layer, lastLayer),
            range(head, head),
            range(position, lastPosition),
            visibleText(start.tokensClean[position]?.text ?? ''),
            exact(sweep.prob[at]),
            exact(sweep.logit[at]),
            exact(sweep.logProb[at]),
            exact(sweep.rank[at]),
            exactState(sweep, row * info.columns + column),
          ];
        }
      }
    }
  }
}
