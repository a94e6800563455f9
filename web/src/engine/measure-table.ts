/**
 * Every measure of some cells, in one flat array: measure after measure in the order of `MEASURES`, each
 * [target][cell] or, of whole runs, [cell]. See core/patching/measure_table.h.
 */

import { MEASURES } from './core-tables';
import type { MeasureTable } from './module';

export type Measure = (typeof MEASURES)[number]['name'];

/** What is known of a measure: see core/patching/measure.h. */
export interface MeasureInfo {
  name: Measure;
  label: string;
  meaning: string;
  unit: string;
  ofTarget: boolean;
  ofOneToken: boolean;
  better: 'higher' | 'lower' | 'neither';
  digits: number;
  leastGap: number;
  leastChange: number;
  scale: 'at least' | 'at zero' | 'logarithmic';
  inEveryResult: boolean;
}

const INFOS: readonly MeasureInfo[] = MEASURES;

const tablesOf = ({ ofTarget }: MeasureInfo, targets: number) => (ofTarget ? targets : 1);

/** What is not known is NaN. */
export function unknownTable(targets: number, cells: number): MeasureTable {
  const tables = INFOS.reduce((sum, measure) => sum + tablesOf(measure, targets), 0);
  return { targets, cells, values: new Float32Array(tables * cells).fill(Number.NaN) };
}

export function infoOf(measure: Measure): MeasureInfo {
  const info = INFOS.find(({ name }) => name === measure);
  if (!info) throw new Error(`no measure "${measure}"`);
  return info;
}

/** [cell], a view. target: of a measure of whole runs it is not read. */
export function valuesOf(table: MeasureTable, measure: Measure, target = 0): Float32Array {
  const info = infoOf(measure);
  const before = INFOS.slice(0, INFOS.indexOf(info));
  const tables = before.reduce((sum, other) => sum + tablesOf(other, table.targets), 0);
  const first = (tables + (info.ofTarget ? target : 0)) * table.cells;
  return table.values.subarray(first, first + table.cells);
}

/** Of a single run: [target], or one number. */
export function valuesOfRun(run: MeasureTable, measure: Measure): number[] {
  return targetsOf(infoOf(measure), run).map((target) => valueOf(run, measure, target));
}

/** Of a single run. */
export function valueOf(table: MeasureTable, measure: Measure, target = 0): number {
  return valuesOf(table, measure, target)[0] ?? Number.NaN;
}

/** Each of the tables that there are of a measure. */
export function targetsOf({ ofTarget }: MeasureInfo, { targets }: MeasureTable): number[] {
  return Array.from({ length: ofTarget ? targets : 1 }, (_, target) => target);
}

/** Takes the cells of `from` in place of those of `to` from `first` on. */
export function putCells(from: MeasureTable, to: MeasureTable, first: number): void {
  for (const measure of INFOS) {
    for (const target of targetsOf(measure, to)) {
      valuesOf(to, measure.name, target).set(valuesOf(from, measure.name, target), first);
    }
  }
}
