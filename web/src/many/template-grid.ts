/** A template's fillings as a picture: each target's probability. */

import { valueOf } from '../engine/measure-table';
import type { Measures } from '../engine/module';
import { formatProbability } from '../picture/format';
import { amountScale, changeScale, type Picture } from '../picture/picture';
import { formatNumber, formatSigned } from '../result/format';
import { numberOrNull } from '../result/numbers';

export interface Filled {
  /** [slot] */
  words: readonly string[];
  text: string;
  /** None until it is measured, or where that failed. */
  measures?: Measures;
  problem?: string;
}

/** Targets: every target in a column; an index: this target, in a matrix of two slots' words. */
export type GridShown = number | 'difference';

export interface GridInput {
  slots: readonly (readonly string[])[];
  fillings: readonly Filled[];
  /** For people to read. */
  targets: readonly string[];
  /** The template's text and the model: lines for a caption. */
  settings: readonly string[];
}

/** Two slots with words to choose from make a matrix. */
export function isMatrix(slots: GridInput['slots']): boolean {
  return slots.length === 2;
}

function probability(filled: Filled | undefined, target: number): number {
  return filled?.measures ? valueOf(filled.measures, 'prob', target) : Number.NaN;
}

function shownValue(filled: Filled | undefined, shown: GridShown): number {
  if (shown !== 'difference') return probability(filled, shown);
  return probability(filled, 0) - probability(filled, 1);
}

function cellText(value: number, isDifference: boolean): string {
  if (Number.isNaN(value)) return '–';
  if (isDifference) return formatSigned(value, 4);
  return value < 0.00005 ? formatProbability(value) : formatNumber(value, 4);
}

/** A line for each filling, a column for each target. */
export function rowsPicture({ fillings, targets, settings }: GridInput): Picture {
  const values = Float32Array.from(
    fillings.flatMap((filled) => targets.map((_, target) => probability(filled, target))),
  );
  return {
    title: 'Probability of each target',
    rows: fillings.length,
    columns: targets.length,
    values,
    rowLabels: fillings.map(({ words, text }) => words.join(' / ') || text),
    columnLabels: targets,
    strongColumns: targets.map(() => false),
    scale: amountScale(values, 0.01, ''),
    texts: Array.from(values, (value) => cellText(value, false)),
    caption: settings,
  };
}

/** The first slot's words from top to bottom, the second's from left to right. */
export function matrixPicture(
  { slots, fillings, targets, settings }: GridInput,
  shown: GridShown,
): Picture {
  const [down = [], across = []] = slots;
  const byWords = new Map(fillings.map((filled) => [JSON.stringify(filled.words), filled]));
  const values = Float32Array.from(
    down.flatMap((first) =>
      across.map((second) => shownValue(byWords.get(JSON.stringify([first, second])), shown)),
    ),
  );
  const isDifference = shown === 'difference';
  const known = values.filter((value) => !Number.isNaN(value));
  return {
    title: isDifference
      ? `Probability of ${targets[0] ?? ''} − probability of ${targets[1] ?? ''}`
      : `Probability of ${targets[shown] ?? ''}`,
    rows: down.length,
    columns: across.length,
    values,
    rowLabels: down,
    columnLabels: across,
    strongColumns: across.map(() => false),
    scale: isDifference ? changeScale(known, 0.01, '') : amountScale(known, 0.01, ''),
    texts: Array.from(values, (value) => cellText(value, isDifference)),
    caption: settings,
  };
}

/** Fillings and numbers as the lines of a CSV file. */
export function gridLines({ slots, fillings, targets }: GridInput): (string | number | null)[][] {
  const head = [...slots.map((_, index) => `slot_${index + 1}`), 'text', ...targets];
  const lines = fillings.map((filled) => [
    ...filled.words,
    filled.text,
    ...targets.map((_, target) => numberOrNull(probability(filled, target))),
  ]);
  return [head, ...lines];
}
