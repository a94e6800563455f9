/**
 * What a result leaves out, a region say, may be known of others of the same experiment: no exact value is shown as
 * an estimate again.
 */

import { valuesOf } from '../engine/measure-table';
import { MadeBefore } from './made-before';
import { isOwnMap, type LabResult, type SweepValues } from './result';

const sweepsBefore = new MadeBefore<SweepValues, SweepValues>();
const resultsBefore = new MadeBefore<LabResult, LabResult>();

const isSameMap = ({ info, measures }: SweepValues, other: SweepValues): boolean =>
  info.site === other.info.site &&
  info.direction === other.info.direction &&
  info.columns === other.info.columns &&
  measures.values.length === other.measures.values.length;

/** [cell], of those that were not computed. */
function unknownCells({ measures, notFinite }: SweepValues): number[] {
  const cells: number[] = [];
  valuesOf(measures, 'kl').forEach((value, cell) => {
    if (Number.isNaN(value) && notFinite[cell] !== 1) cells.push(cell);
  });
  return cells;
}

/** Whether a map of it is shown with cells that it does not know. */
export const hasGaps = ({ sweeps }: LabResult): boolean =>
  sweeps.some((sweep) => isOwnMap(sweep.info) && unknownCells(sweep).length > 0);

/** others: of the same map, each with the same measures and targets. */
function filledSweep(sweep: SweepValues, others: readonly SweepValues[]): SweepValues {
  const { measures } = sweep;
  const values = measures.values.slice();
  const notFinite = sweep.notFinite.slice();
  const filled = { ...sweep, measures: { ...measures, values }, notFinite };
  for (const other of others) {
    const missing = new Set(unknownCells(other));
    for (const cell of unknownCells(filled)) {
      if (missing.has(cell)) continue;
      for (let at = cell; at < values.length; at += measures.cells) {
        values[at] = other.measures.values[at] ?? Number.NaN;
      }
      notFinite[cell] = other.notFinite[cell] ?? 0;
    }
  }
  return filled;
}

/** others: of the same experiment but for its region. What was asked for, and how far it has come, stays. */
export function withKnownElsewhere(result: LabResult, others: readonly LabResult[]): LabResult {
  const known = others.flatMap(({ sweeps }) => sweeps);
  const sweeps = result.sweeps.map((sweep) => {
    const same = known.filter((other) => isSameMap(sweep, other));
    if (same.length === 0 || unknownCells(sweep).length === 0) return sweep;
    return sweepsBefore.get(sweep, [same.length, ...same], () => filledSweep(sweep, same));
  });
  if (sweeps.every((sweep, index) => sweep === result.sweeps[index])) return result;
  return resultsBefore.get(result, sweeps, () => ({ ...result, sweeps }));
}
