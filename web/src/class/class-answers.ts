/** A folder of hand-ins: who answered what, in groups of one lesson on one model; and what is left out, and why. */

import { messageOf } from '../errors/errors';
import type { Answer } from '../lessons/answers';
import { textOf, whatIsIt } from '../opening/what-is-it';
import type { ChosenFile } from '../weights/local-files';
import type { HandIn } from '../lessons/hand-in';
import { placeText } from './place-text';
import { readHandIn } from '../lessons/read-hand-in';

export interface Student {
  file: string;
  handIn: HandIn;
}

interface LeftOut {
  file: string;
  why: string;
}

/** The same lesson, word for word, on the same weights: only such answers are put together. */
export interface ClassGroup {
  lesson: HandIn['lesson'];
  model: HandIn['model'];
  students: readonly Student[];
}

export interface ClassAnswers {
  /** The largest first. */
  groups: readonly ClassGroup[];
  left: readonly LeftOut[];
}

const LARGEST = 1_000_000;

const sizeText = (bytes: number) => `${(bytes / 1_000_000).toLocaleString('en')} MB`;

async function readFile(
  { open }: ChosenFile,
  name: string,
): Promise<{ text: string; handIn: HandIn }> {
  const file = await open();
  if (file.size > LARGEST) {
    throw new Error(`${name}: ${sizeText(file.size)}, far more than any answers`);
  }
  const text = await textOf(file);
  const what = whatIsIt(file.name, text);
  if (what.kind === 'answers') return { text, handIn: await readHandIn(text, name) };
  const found = what.kind === 'unknown' ? what.why.replace(/, expected .*/s, '') : `a ${what.kind}`;
  throw new Error(`${name}: ${found}, not a student’s answers`);
}

const keyOf = ({ lesson, model }: HandIn) =>
  JSON.stringify([lesson.digest, lesson.title, lesson.steps, model.digest, model.dtype]);

/** Of files of any kind. Each that is left out is told in one line. */
export async function readClass(files: readonly ChosenFile[]): Promise<ClassAnswers> {
  const groups = new Map<string, ClassGroup & { students: Student[] }>();
  const left: LeftOut[] = [];
  const seen = new Map<string, string>();
  for (const file of files.toSorted((a, b) => a.path.localeCompare(b.path))) {
    const name = file.path;
    try {
      const { text, handIn } = await readFile(file, name);
      const same = seen.get(text);
      if (same !== undefined) throw new Error(`${name}: the same file as ${same}, counted once`);
      seen.set(text, name);
      const { lesson, model } = handIn;
      const group = groups.get(keyOf(handIn)) ?? { lesson, model, students: [] };
      group.students.push({ file: name, handIn });
      groups.set(keyOf(handIn), group);
    } catch (error) {
      left.push({ file: name, why: messageOf(error) });
    }
  }
  const bySize = [...groups.values()].toSorted((a, b) => b.students.length - a.students.length);
  return { groups: bySize, left };
}

/** In what a group is another one than the largest. */
export function differsIn(group: ClassGroup, main: ClassGroup): string {
  const { lesson, model } = group;
  const [of, on] = [main.lesson, main.model];
  const texts: string[] = [];
  if (lesson.title !== of.title) texts.push('another lesson');
  else if (lesson.digest !== of.digest) texts.push('another version of the lesson');
  if (model.digest !== on.digest) texts.push('another model');
  else if (model.dtype !== on.dtype) texts.push(`weights in ${model.dtype}`);
  return texts.join(' and ');
}

/** Names that more than one file has: two students, or one who saved twice. */
export function namesTwice(students: readonly Student[]): string[] {
  const names = students.map(({ handIn }) => handIn.name.trim()).filter((name) => name !== '');
  return [...new Set(names.filter((name, index) => names.indexOf(name) < index))];
}

/** Of each name the file that was saved last; all that have no name. */
export function lastOfEachName(students: readonly Student[]): Student[] {
  const nameOf = ({ handIn }: Student) => handIn.name.trim();
  const isLater = (a: Student, b: Student) =>
    Date.parse(a.handIn.saved) > Date.parse(b.handIn.saved);
  return students.filter(
    (student) =>
      nameOf(student) === '' ||
      !students.some((other) => nameOf(other) === nameOf(student) && isLater(other, student)),
  );
}

/** What a student is called: as she wrote it, and by her file where that tells nobody apart. */
export function labelOf({ file, handIn }: Student, twice: readonly string[]): string {
  const name = handIn.name.trim();
  if (name === '') return file;
  return twice.includes(name) ? `${name} (${file})` : name;
}

/** What was guessed, in the map's or the choices' words; a dash where nothing was. */
export function guessText(answer: Answer | undefined): string {
  if (answer?.guessed === undefined) return '–';
  if (answer.guess === 'choice') return answer.guessed;
  return placeText(answer.guess, answer.guessed, answer.map);
}
