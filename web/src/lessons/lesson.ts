/** A lesson: cards over the live page, as data. docs/teaching.md tells a teacher of each key. */

import type { Experiment } from '../experiment/experiment';
import type { MetricChoice } from '../result/metrics';
import type { Cover } from '../state/lesson-map.svelte';

export const VERSION = 1;

/** What a ring can be put around: `data-part` in the page. */
export const PARTS = [
  'prompts',
  'answers',
  'map',
  'direction',
  'site',
  'panel',
  'heads',
  'arcs',
  'history',
  'model',
  'more',
] as const;
export type Part = (typeof PARTS)[number];

export const GUESSES = ['cell', 'word', 'layer', 'choice'] as const;
export type Guess = (typeof GUESSES)[number];

export const FINDS = ['strongest', 'first above', 'last above'] as const;

/** Which cell of the live map is meant: it is found in the result, never written down. */
export interface CellRule {
  find: (typeof FINDS)[number];
  /** Of the map; a number is a layer. */
  rows: 'all' | 'input' | 'layers' | number;
  /** A number is a position, or a head. */
  columns: 'all' | 'last' | 'differing' | number;
  /** Of the gap between the runs, 0 to 1; for "first above" and "last above". */
  above?: number;
}

/** Which of the choices is right. */
export type ChoiceRule =
  | { kind: 'is'; choice: number }
  /** The one that reads as what this run answers. */
  | { kind: 'says'; run: 'clean' | 'corrupted' }
  /** One where the cell that is found moves more than `above`, the other one where it does not. */
  | { kind: 'moves'; rule: CellRule; above: number; then: number; otherwise: number };

export interface MapAsk {
  guess: 'cell' | 'word' | 'layer';
  question: string;
  answer: CellRule;
}

export interface ChoiceAsk {
  guess: 'choice';
  question: string;
  choices: readonly string[];
  answer: ChoiceRule;
}

export type Ask = MapAsk | ChoiceAsk;

export type Verdict = 'right' | 'near' | 'wrong';

/** What is said once the truth is seen: something by how good the guess was, and something always. */
export type Reveal = { always: string } & Partial<Record<Verdict, string>>;

/** What is shown of the experiment, in the link's words. */
export interface Show {
  choice: MetricChoice;
  /** Whether the targets are what the runs answer, whatever becomes of the prompts. */
  followsTargets: boolean;
  /** Whether the colours of shares run over the whole gap, however little the cells change. */
  wholeGap: boolean;
  /** As in a link, or to be found in the result; none is the strongest. */
  cell?: string | CellRule;
}

/** What a step opens over the map. */
export type Opens =
  /** item: which of the report's tables and figures is seen first. */
  | { kind: 'results'; item?: string }
  | { kind: 'set'; name: string }
  | { kind: 'pairs'; text: string }
  | { kind: 'template'; text: string };

export interface Step {
  title: string;
  /** Paragraphs. */
  say: readonly string[];
  highlight: readonly Part[];
  /** Of the step before, where it has none of its own: the same object. */
  experiment: Experiment;
  show: Show;
  /** Whether a person is asked to change the experiment, so that it is not to be put back. */
  free: boolean;
  cover?: Cover | 'panel';
  opens?: Opens;
  ask?: Ask;
  reveal?: Reveal;
}

export interface Lesson {
  title: string;
  /** One sentence. */
  about: string;
  minutes?: number;
  steps: readonly Step[];
}
