/** Every number of a result as CSV (RFC 4180): a line for each cell and target. */

import { MEASURES } from '../engine/core-tables';
import { type Measure, valuesOf } from '../engine/measure-table';
import { exactState } from '../result/cell-state';
import { numberOrNull } from '../result/numbers';
import { placeOf } from '../result/panels';
import { type LabResult, patchedRows, type SweepValues } from '../result/result';

type Field = string | number | null;

// Programs that read columns by their number find them where they always were.
const namesOf = (inEveryResult: boolean) =>
  MEASURES.filter((measure) => measure.inEveryResult === inEveryResult).map(({ name }) => name);
const FIRST = namesOf(true);
const LATER = namesOf(false);

const COLUMNS = [
  'site',
  'direction',
  'target',
  'layer',
  'last_layer',
  'head',
  'position',
  'last_position',
  'clean_token',
  'corrupted_token',
  ...FIRST,
  'state',
  ...LATER,
];

/** Quoted where it must be, and where a space at its end would be lost otherwise. */
export function csvField(field: Field): string {
  if (field === null) return '';
  const text = String(field);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvText(lines: readonly (readonly Field[])[]): string {
  return lines.map((line) => `${line.map(csvField).join(',')}\r\n`).join('');
}

const patchedCells = (result: LabResult, { info }: SweepValues): number[] =>
  patchedRows(result, info).flatMap((row) =>
    Array.from({ length: info.columns }, (_, column) => row * info.columns + column),
  );

function sweepLines(result: LabResult, sweep: SweepValues): Field[][] {
  const { info } = sweep;
  const { targets, tokensClean, tokensCorrupted } = result.start;
  const orNull = (index: number) => (index < 0 ? null : index);
  return targets.flatMap((target, t) =>
    patchedCells(result, sweep).map((cell): Field[] => {
      const row = Math.floor(cell / info.columns);
      const value = (measure: Measure) => numberOrNull(valuesOf(sweep.measures, measure, t)[cell]);
      const place = placeOf(sweep, result.model.nHead, row, cell % info.columns);
      return [
        info.site,
        info.direction,
        target.text,
        place.layer,
        place.lastLayer,
        orNull(place.head),
        orNull(place.position),
        orNull(place.lastPosition),
        tokensClean[place.position]?.text ?? null,
        tokensCorrupted[place.position]?.text ?? null,
        ...FIRST.map(value),
        exactState(sweep, cell),
        ...LATER.map(value),
      ];
    }),
  );
}

function resultLines(result: LabResult): Field[][] {
  return result.sweeps.flatMap((sweep) => sweepLines(result, sweep));
}

export function resultCsv(result: LabResult): string {
  return csvText([COLUMNS, ...resultLines(result)]);
}

/** Of several results, with their names in a first column. */
export function resultsCsv(named: readonly { name: string; result: LabResult }[]): string {
  const lines = named.flatMap(({ name, result }) =>
    resultLines(result).map((line) => [name, ...line]),
  );
  return csvText([['pair', ...COLUMNS], ...lines]);
}
