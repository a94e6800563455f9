/** What a class answered, step by step. */

import type { Answer, MapAnswer } from '../lessons/answers';
import type { Verdict } from '../lessons/lesson';
import type { Student } from './class-answers';

/** The answers to one question about one map: guesses about other maps have no cells in common. */
export interface MapGuesses {
  question: string;
  guess: MapAnswer['guess'];
  map: MapAnswer['map'];
  answers: readonly MapAnswer[];
}

export interface ClassStep {
  step: number;
  title: string;
  question: string;
  /** How many guessed so; shown: without a guess. */
  counts: Record<Verdict | 'shown', number>;
  /** The one of most guesses first. */
  maps: readonly MapGuesses[];
  /** Of a question with choices, how many took each; the most first. */
  choices: readonly { text: string; count: number; isTrue: boolean }[];
}

const answersAt = (students: readonly Student[], step: number): Answer[] =>
  students.flatMap(({ handIn }) => handIn.answers.find((answer) => answer.step === step) ?? []);

function mapsOf(answers: readonly Answer[]): MapGuesses[] {
  const maps = new Map<string, MapGuesses & { answers: MapAnswer[] }>();
  for (const answer of answers) {
    if (answer.guess === 'choice' || !answer.guessed) continue;
    const { question, guess, map } = answer;
    const key = JSON.stringify([question, guess, map.rows, map.columns]);
    const same = maps.get(key) ?? { question, guess, map, answers: [] };
    same.answers.push(answer);
    maps.set(key, same);
  }
  return [...maps.values()].toSorted((a, b) => b.answers.length - a.answers.length);
}

function choicesOf(answers: readonly Answer[]): ClassStep['choices'] {
  const counts = new Map<string, number>();
  const truths = new Set<string>();
  for (const answer of answers) {
    if (answer.guess !== 'choice') continue;
    if (answer.truth !== undefined) truths.add(answer.truth);
    for (const text of answer.choices) counts.set(text, counts.get(text) ?? 0);
    if (answer.guessed !== undefined) {
      counts.set(answer.guessed, (counts.get(answer.guessed) ?? 0) + 1);
    }
  }
  return [...counts]
    .map(([text, count]) => ({ text, count, isTrue: truths.has(text) }))
    .toSorted((a, b) => b.count - a.count);
}

/** The steps that anybody answered, in their order. */
export function stepsOf(students: readonly Student[]): ClassStep[] {
  const numbers = students.flatMap(({ handIn }) => handIn.answers.map(({ step }) => step));
  return [...new Set(numbers)]
    .toSorted((a, b) => a - b)
    .map((step) => {
      const answers = answersAt(students, step);
      const counts = { right: 0, near: 0, wrong: 0, shown: 0 };
      for (const { verdict } of answers) counts[verdict]++;
      const maps = mapsOf(answers);
      const [first] = answers;
      const question = maps[0]?.question ?? first?.question ?? '';
      return {
        step,
        title: first?.title ?? '',
        question,
        counts,
        maps,
        choices: choicesOf(answers),
      };
    });
}

/** "21 of 28 right, 3 nearly, 1 shown without a guess" */
export function countsText({ counts }: ClassStep): string {
  const { right, near, wrong, shown } = counts;
  const guesses = right + near + wrong;
  return [
    `${right} of ${guesses} right`,
    ...(near > 0 ? [`${near} nearly`] : []),
    ...(shown > 0 ? [`${shown} shown without a guess`] : []),
  ].join(', ');
}
