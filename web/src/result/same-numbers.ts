/** Whether two results of one experiment have the same numbers, as the command's `replay` compares them. */

import { MEASURES } from '../engine/core-tables';
import { infoOf, type MeasureInfo, targetsOf, valueOf, valuesOf } from '../engine/measure-table';
import type { MeasureTable, Prediction } from '../engine/module';
import { visibleText } from '../tokens/token-diff';
import { counted } from './format';
import { placeOf, placeText, positionLabels } from './panels';
import { shortest } from './numbers';
import type { LabResult, SweepValues } from './result';

export interface Sameness {
  compared: number;
  differing: number;
  /** Cells that only one of the two was computed at. */
  skipped: number;
  /** The number that differs most, in tolerances. */
  worst?: { where: string; what: string; was: number; is: number };
}

/** Those of docs/experiment.md; a rank is the same number, or among hundreds near it. */
function toleranceOf({ name, unit }: MeasureInfo, value: number): number {
  if (name === 'rank') return value < 100 ? 0 : value / 100;
  return unit === '' ? 1e-5 : 1e-3;
}

class Comparison {
  readonly found: Sameness = { compared: 0, differing: 0, skipped: 0 };
  private most = 0;

  add(measure: MeasureInfo, was: number, is: number, where: () => string, of = ''): void {
    if (Number.isNaN(was) && Number.isNaN(is)) return;
    this.found.compared++;
    const distance = Math.abs(is - was);
    const tolerance = toleranceOf(measure, was);
    if (distance <= tolerance) return;
    this.found.differing++;
    const times = Number.isNaN(distance) ? Infinity : distance / Math.max(tolerance, 1e-3);
    if (times <= this.most) return;
    this.most = times;
    const what = of === '' ? measure.label : `${measure.label} of “${visibleText(of)}”`;
    this.found.worst = { where: where(), what, was, is };
  }
}

/** Those that both have: older results lack some. */
const measuresOf = (...results: LabResult[]): MeasureInfo[] =>
  MEASURES.map(({ name }) => infoOf(name)).filter(({ name }) =>
    results.every(({ lacks = [] }) => !lacks.includes(name)),
  );

interface Both {
  was: LabResult;
  is: LabResult;
  measures: readonly MeasureInfo[];
}

const nameOf = ({ is }: Both, { ofTarget }: MeasureInfo, target: number) =>
  ofTarget ? (is.start.targets[target]?.text ?? '') : '';

function addRun(to: Comparison, both: Both, run: 'clean' | 'corrupted'): void {
  const [was, is] = [both.was.start[run], both.is.start[run]];
  for (const measure of both.measures) {
    for (const target of targetsOf(measure, is)) {
      const of = (table: MeasureTable) => valueOf(table, measure.name, target);
      to.add(measure, of(was), of(is), () => `the ${run} run`, nameOf(both, measure, target));
    }
  }
}

/** Of the likeliest tokens; which of two as likely is the last of them is a matter of rounding. */
function addTop(to: Comparison, was: readonly Prediction[], is: readonly Prediction[]): void {
  const where = () => 'the likeliest tokens';
  for (const token of was) {
    const same = is.find(({ id }) => id === token.id);
    if (!same && token === was.at(-1)) continue;
    for (const name of ['prob', 'logit'] as const) {
      to.add(infoOf(name), token[name], same?.[name] ?? Number.NaN, where, token.text);
    }
  }
}

/** [cell] */
const wasComputed = ({ measures, notFinite }: SweepValues): boolean[] =>
  Array.from(
    valuesOf(measures, 'kl'),
    (value, cell) => !Number.isNaN(value) || notFinite[cell] === 1,
  );

function addSweep(to: Comparison, both: Both, was: SweepValues, is: SweepValues): void {
  const { columns, site, direction } = is.info;
  const labels = positionLabels(both.is.start);
  const where = (cell: number) => {
    const place = placeOf(is, both.is.model.nHead, Math.floor(cell / columns), cell % columns);
    return `${site}, ${direction}, ${placeText(place, labels)}`;
  };
  const [inFile, here] = [wasComputed(was), wasComputed(is)];
  for (let cell = 0; cell < is.measures.cells; cell++) {
    if (inFile[cell] !== here[cell]) to.found.skipped++;
    if (!inFile[cell] || !here[cell]) continue;
    for (const measure of both.measures) {
      for (const target of targetsOf(measure, is.measures)) {
        const of = ({ measures }: SweepValues) =>
          valuesOf(measures, measure.name, target)[cell] ?? Number.NaN;
        const name = nameOf(both, measure, target);
        to.add(measure, of(was), of(is), () => where(cell), name);
      }
    }
  }
}

/** Of two results of the same experiment. */
export function compareNumbers(was: LabResult, is: LabResult): Sameness {
  const to = new Comparison();
  const both = { was, is, measures: measuresOf(was, is) };
  addRun(to, both, 'clean');
  addRun(to, both, 'corrupted');
  addTop(to, was.start.topClean, is.start.topClean);
  addTop(to, was.start.topCorrupted, is.start.topCorrupted);
  for (const sweep of was.sweeps) {
    const { site, direction, rows, columns } = sweep.info;
    const same = is.sweeps.find(({ info }) => info.site === site && info.direction === direction);
    const fits = same?.info.rows === rows && same.info.columns === columns;
    if (same && fits) addSweep(to, both, sweep, same);
    else to.found.skipped += wasComputed(sweep).filter(Boolean).length;
  }
  return to.found;
}

const number = (value: number) => (Number.isNaN(value) ? 'none' : String(shortest(value)));

/** For people to read. */
export function samenessText({ compared, differing, skipped, worst }: Sameness): string {
  const left =
    skipped > 0 ? ` ${counted(skipped, 'cell')} that only one of the two has: not compared.` : '';
  if (!worst) return `Computed here: the same, ${counted(compared, 'number')}.${left}`;
  const { where, what, was, is } = worst;
  return (
    `Computed here: NOT the same, ${differing} of ${counted(compared, 'number')} differ, most at ${where}: ` +
    `${what} is ${number(was)} in the file, ${number(is)} here.${left}`
  );
}
