/** Files that students hand in, for the tests. */

import { type HandIn, handInText } from '../../web/src/lessons/hand-in';
import type { Answer, ChoiceAnswer, MapAnswer } from '../../web/src/lessons/answers';

const WHEN = '2026-11-27T19:00:00.000Z';
export const MAP = { rows: ['input', '0', '1'], columns: ['Michelle', '·Jones', '·Michelle'] };

export const mapAnswer = (
  guessed: [row: number, column: number] | undefined,
  change: Partial<MapAnswer> = {},
): Answer => ({
  step: 2,
  title: 'A guess',
  question: 'Which cell?',
  guess: 'cell',
  map: MAP,
  truth: { row: 2, column: 2, share: 1 },
  ...(guessed && { guessed: { row: guessed[0], column: guessed[1], share: 0.25 } }),
  verdict: guessed ? (guessed.join() === '2,2' ? 'right' : 'wrong') : 'shown',
  when: WHEN,
  ...change,
});

export const choiceAnswer = (guessed: string | undefined): Answer =>
  ({
    step: 4,
    title: 'A choice',
    question: 'Enough?',
    guess: 'choice',
    choices: ['yes', 'no'],
    truth: 'yes',
    ...(guessed !== undefined && { guessed }),
    verdict: guessed === undefined ? 'shown' : guessed === 'yes' ? 'right' : 'wrong',
    when: WHEN,
  }) satisfies ChoiceAnswer;

export const handIn = (change: Partial<HandIn> = {}): HandIn => ({
  name: 'Ana',
  saved: '2026-11-27T19:10:00.000Z',
  lesson: { address: 'surname', title: 'Where is the name?', steps: 5, digest: 'l1' },
  model: { id: 'embedded', label: 'practice model', dtype: 'f32', digest: 'm1' },
  answers: [mapAnswer([2, 2]), choiceAnswer('no')],
  ...change,
});

export const chosen = (path: string, text: string) => {
  const file = new File([text], path.replace(/^.*\//, ''));
  return { path, open: () => Promise.resolve(file) };
};

export const handedIn = async (path: string, change: Partial<HandIn> = {}) =>
  chosen(path, await handInText(handIn(change)));
