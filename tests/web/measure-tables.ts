/** Tables of measures for the tests. */

import {
  infoOf,
  type Measure,
  targetsOf,
  unknownTable,
  valuesOf,
} from '../../web/src/engine/measure-table';
import type { MeasureTable } from '../../web/src/engine/module';

/** What is not given is NaN. Each [target][cell], or [cell]. */
export function tableOf(
  targets: number,
  cells: number,
  given: Partial<Record<Measure, readonly number[]>>,
): MeasureTable {
  const table = unknownTable(targets, cells);
  for (const [name, values] of Object.entries(given)) {
    for (const target of targetsOf(infoOf(name as Measure), table)) {
      const own = values.slice(target * cells, (target + 1) * cells);
      valuesOf(table, name as Measure, target).set(own);
    }
  }
  return table;
}

/** Of one run: targets with these probabilities, and no more. */
export const probabilities = (...prob: number[]): MeasureTable =>
  tableOf(prob.length, 1, { prob, kl: [0] });
