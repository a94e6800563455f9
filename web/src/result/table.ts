/** Every number of a result, a row for each cell and target. */

import { MEASURES } from '../engine/core-tables';
import { type Measure, valuesOf } from '../engine/measure-table';
import { visibleText } from '../tokens/token-diff';
import { visibleTokens } from '../tokens/visible-tokens';
import { exactState } from './cell-state';
import { numberOrNull } from './numbers';
import { placeOf, rangeText } from './panels';
import { type LabResult, patchedRows } from './result';

export const TABLE_COLUMNS = [
  'site',
  'direction',
  'target',
  'layer',
  'head',
  'position',
  'token',
  ...MEASURES.map(({ label }) => label.toLowerCase()),
  'state',
];

/** Empty where there is none. */
const exact = (value: number | undefined) => String(numberOrNull(value) ?? '');

const range = (first: number, last: number) => (first < 0 ? '' : rangeText(first, last));

/** Texts in the order of `TABLE_COLUMNS`. */
export function* tableRows(result: LabResult): Generator<string[]> {
  const { start, model } = result;
  for (const sweep of result.sweeps) {
    const { info } = sweep;
    for (const [target, { text }] of start.targets.entries()) {
      for (const row of patchedRows(result, info)) {
        for (let column = 0; column < info.columns; column++) {
          const place = placeOf(sweep, model.nHead, row, column);
          const { layer, lastLayer, head, position, lastPosition } = place;
          const cell = row * info.columns + column;
          const value = (measure: Measure) =>
            exact(valuesOf(sweep.measures, measure, target)[cell]);
          yield [
            info.site,
            info.direction,
            visibleText(text),
            range(layer, lastLayer),
            range(head, head),
            range(position, lastPosition),
            visibleTokens(start.tokensClean)[position] ?? '',
            ...MEASURES.map(({ name }) => value(name)),
            exactState(sweep, cell),
          ];
        }
      }
    }
  }
}
