/** A class's table: a line for each student, a column for each step; sorted, and as CSV. */

import { csvText } from '../taking/csv';
import { guessText, labelOf, namesTwice, type Student } from './class-answers';
import type { ClassStep } from './class-steps';

export interface TableRow {
  student: Student;
  label: string;
  /** [step], as in the steps. */
  cells: readonly { guess: string; verdict: string }[];
  right: number;
  guesses: number;
}

/** A step's number, or one of the other columns. */
export type SortBy = number | 'student' | 'right';

const ORDER = ['right', 'near', 'wrong', 'shown', ''];

export function tableRows(students: readonly Student[], steps: readonly ClassStep[]): TableRow[] {
  const twice = namesTwice(students);
  return students.map((student) => {
    const { answers } = student.handIn;
    const cells = steps.map(({ step }) => {
      const answer = answers.find((each) => each.step === step);
      return { guess: guessText(answer), verdict: answer?.verdict ?? '' };
    });
    return {
      student,
      label: labelOf(student, twice),
      cells,
      right: answers.filter(({ verdict }) => verdict === 'right').length,
      guesses: answers.filter(({ verdict }) => verdict !== 'shown').length,
    };
  });
}

/** Those who are alike stay by their names. */
export function sorted(
  rows: readonly TableRow[],
  by: SortBy,
  steps: readonly ClassStep[],
  isDescending: boolean,
): TableRow[] {
  const byName = (a: TableRow, b: TableRow) =>
    a.label.localeCompare(b.label, undefined, { numeric: true });
  const at = steps.findIndex(({ step }) => step === by);
  const place = ({ cells }: TableRow) => ORDER.indexOf(cells[at]?.verdict ?? '');
  const compare = (a: TableRow, b: TableRow) => {
    if (by === 'student') return byName(a, b);
    if (by === 'right') return b.right - a.right;
    const guess = (row: TableRow) => row.cells[at]?.guess ?? '';
    return place(a) - place(b) || guess(a).localeCompare(guess(b));
  };
  const sign = isDescending ? -1 : 1;
  return rows.toSorted((a, b) => sign * compare(a, b) || byName(a, b));
}

/** A name that a spreadsheet would take for a formula is only a text. */
const asText = (text: string) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

export function classCsv(rows: readonly TableRow[], steps: readonly ClassStep[]): string {
  const head = [
    ...['student', 'file', 'saved', 'right', 'guesses'],
    ...steps.flatMap(({ step, title }) => [`step ${step}: ${title}`, `step ${step}: verdict`]),
  ];
  const lines = rows.map(({ student: { file, handIn }, cells, right, guesses }) => [
    ...[asText(handIn.name), asText(file), handIn.saved, right, guesses],
    ...cells.flatMap(({ guess, verdict }) => [asText(guess), verdict]),
  ]);
  return csvText([head, ...lines]);
}
