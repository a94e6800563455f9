/** Which cell of the live map is meant, as a lesson's file says it. */

import type { InputValue } from '../opening/input-value';
import { type CellRule, FINDS } from './lesson';

const KEYS = ['find', 'rows', 'columns', 'above'];
const LARGEST = 2 ** 31 - 1;

function readRows(value: InputValue | undefined): CellRule['rows'] {
  if (!value) return 'layers';
  if (value.kind === 'number') return value.whole(0, LARGEST);
  if (value.kind !== 'text') value.refuse('all, input, layers or the number of a layer');
  return value.oneOf(['all', 'input', 'layers'] as const);
}

function readColumns(value: InputValue | undefined): CellRule['columns'] {
  if (!value) return 'all';
  if (value.kind === 'number') return value.whole(0, LARGEST);
  if (value.kind !== 'text') value.refuse('all, last, differing or the number of a column');
  return value.oneOf(['all', 'last', 'differing'] as const);
}

/** A share of the gap between the runs. */
export const readAbove = (value: InputValue): number =>
  value.number('a number between 0 and 1', (above) => above > 0 && above < 1);

/** more: other keys that the object may have. */
export function readRule(value: InputValue, more: readonly string[] = []): CellRule {
  value.requireKeys([...KEYS, ...more]);
  const find = value.at('find').oneOf(FINDS);
  const isAbove = find !== 'strongest';
  const above = value.find('above');
  if (above && !isAbove && !more.includes('then')) {
    above.fail(`goes with "first above" and "last above", not with "${find}"`);
  }
  return {
    find,
    rows: readRows(value.find('rows')),
    columns: readColumns(value.find('columns')),
    ...(isAbove && { above: readAbove(value.at('above')) }),
  };
}
