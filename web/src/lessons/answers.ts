/** What a person guessed in a lesson, and what was true: kept while the tab is open, to be handed in. */

import type { Dtype } from '../weights/dtype';
import type { Guess, Verdict } from './lesson';

/** A guess or the truth on the map: row 0 is on top. */
export interface OnMap {
  row: number;
  column: number;
  /** How far it moves the answer, as a share of the gap between the runs. */
  share: number;
}

interface AnswerOf<Kind extends Guess, Place> {
  /** From 1 on. */
  step: number;
  title: string;
  question: string;
  guess: Kind;
  /** None where it was shown without a guess. */
  guessed?: Place;
  /** None where the model gives none. */
  truth?: Place;
  verdict: Verdict | 'shown';
  /** ISO 8601. */
  when: string;
}

export type MapAnswer = AnswerOf<'cell' | 'word' | 'layer', OnMap> & {
  /** The map's labels, so that guesses of many can be put together. */
  map: { rows: readonly string[]; columns: readonly string[] };
};

/** The choices' texts, as they were read. */
export type ChoiceAnswer = AnswerOf<'choice', string> & { choices: readonly string[] };

export type Answer = MapAnswer | ChoiceAnswer;

export interface Answers {
  /** address: what `?lesson=` says. */
  lesson: { address: string; title: string; steps: number };
  model: { id: string; label: string; dtype: Dtype; digest: string };
  /** In the steps' order; of a step that was answered again, the first answer. */
  answers: readonly Answer[];
}

export const now = (): string => new Date().toISOString();
