/** A saved result's numbers are ones that a run can give: in their measure's range, and agreeing with each other. */

import { type Measure, type MeasureInfo, valuesOf } from '../engine/measure-table';
import type { MeasureTable, Prediction, Target } from '../engine/module';
import type { InputValue } from './input-value';

/** Sums of 32-bit numbers end a little beside where they should. */
const ROUNDING = 1e-4;

interface Range {
  least?: number;
  most?: number;
  what: string;
}

/** Of the others any number is one. */
const RANGES: Partial<Record<Measure, Range>> = {
  prob: { least: 0, most: 1 + ROUNDING, what: 'a probability, 0 to 1' },
  log_prob: { most: ROUNDING, what: 'a probability’s logarithm, at most 0' },
  rank: { least: 1, what: 'a rank, 1 at least' },
  kl: { least: -ROUNDING, what: 'a divergence, 0 at least' },
  entropy: { least: -ROUNDING, what: 'an entropy, 0 at least' },
};

const isIn = ({ least = -Infinity, most = Infinity }: Range, value: number) =>
  Number.isNaN(value) || (value >= least && value <= most);

/** value: of which `number` was read. */
export function requireInRange(value: InputValue, measure: Measure, number: number): void {
  const range = RANGES[measure];
  if (range && !isIn(range, number)) value.refuse(range.what);
}

/** value: the list of which the numbers were read. */
export function requireAllInRange(
  value: InputValue,
  measure: Measure,
  numbers: readonly number[],
): void {
  const range = RANGES[measure];
  const at = range ? numbers.findIndex((number) => !isIn(range, number)) : -1;
  if (at >= 0) requireInRange(value.list(0, 'numbers')[at] ?? value, measure, numbers[at] ?? 0);
}

interface Run {
  table: MeasureTable;
  targets: readonly Target[];
  /** Those that the result has. */
  measures: readonly MeasureInfo[];
  /** Of several samples the numbers are means, which agree with each other less. */
  isOne: boolean;
}

/** Why the numbers of a cell cannot be of one run; undefined where they can. */
function discord({ table, targets, measures, isOne }: Run, cell: number): string | undefined {
  const of = (measure: Measure, target = 0) => valuesOf(table, measure, target)[cell] ?? Number.NaN;
  const isKnown = !Number.isNaN(of('kl'));
  for (const { name, ofTarget, ofOneToken } of measures) {
    for (const target of (ofTarget ? targets : [undefined]).keys()) {
      const has = isKnown && !(ofOneToken && (targets[target]?.tokens.length ?? 1) > 1);
      if (has === Number.isNaN(of(name, target))) {
        return `"${name}" is ${has ? 'null' : 'a number'}, expected ${has ? 'a number' : 'null'}, as "kl" and the target’s tokens say`;
      }
    }
  }
  if (!isKnown || !isOne) return undefined;
  for (const target of targets.keys()) {
    const [prob, log] = [of('prob', target), of('log_prob', target)];
    if (Math.abs(Math.exp(log) - prob) > ROUNDING) {
      return `"prob" ${prob} and "log_prob" ${log} of target ${target + 1} are of different probabilities`;
    }
    const [rank, margin] = [of('rank', target), of('margin', target)];
    if (rank === 1 ? margin < -ROUNDING : margin > ROUNDING) {
      return `"rank" ${rank} and "margin" ${margin} of target ${target + 1}: above zero alone it is the first`;
    }
  }
  return undefined;
}

export function requireRun(value: InputValue, run: Run): void {
  const why = discord(run, 0);
  if (why !== undefined) value.fail(why);
}

interface Sweep extends Run {
  columns: number;
  notFinite: Uint8Array;
  /** Whether the experiment has the cell computed. */
  isAsked: (row: number, column: number) => boolean;
}

export function requireCells(value: InputValue, sweep: Sweep): void {
  const { table, columns, notFinite } = sweep;
  const kl = valuesOf(table, 'kl');
  for (let cell = 0; cell < table.cells; cell++) {
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    const isKnown = !Number.isNaN(kl[cell]);
    const isNotFinite = notFinite[cell] === 1;
    const where = `row ${row}, column ${column}: `;
    if (isKnown && isNotFinite) value.fail(`${where}numbers, though "not_finite" lists the cell`);
    if ((isKnown || isNotFinite) && !sweep.isAsked(row, column)) {
      value.fail(`${where}numbers, though the experiment has other layers or positions computed`);
    }
    const why = discord(sweep, cell);
    if (why !== undefined) value.fail(where + why);
  }
}

/** The most probable first, each token once, and a target as probable as it is measured. */
export function requireTop(value: InputValue, top: readonly Prediction[], run: Run): void {
  const items = value.list(0, 'tokens');
  top.forEach(({ id, text, prob }, index) => {
    const item = items[index] ?? value;
    const before = top[index - 1];
    requireInRange(item.at('prob'), 'prob', prob);
    if (before && prob > before.prob + ROUNDING) {
      item.fail(`more probable than the one before, expected the most probable first`);
    }
    if (top.findIndex((other) => other.id === id) < index) item.fail(`token ${id} a second time`);
    if (!run.isOne) return;
    run.targets.forEach(({ tokens }, target) => {
      const measured = valuesOf(run.table, 'prob', target)[0] ?? Number.NaN;
      if (tokens.length > 1 || tokens[0]?.id !== id) return;
      if (Math.abs(measured - prob) > ROUNDING) {
        item.fail(`${JSON.stringify(text)} at ${prob}, and as a target at ${measured}`);
      }
    });
  });
}
