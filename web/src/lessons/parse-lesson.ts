/** A lesson's file, read strictly: what is wrong is told by step and key, with what would be right. */

import { InputValue } from '../opening/input-value';
import { readExperiment } from '../opening/read-experiment';
import { DEFAULT_CHOICE, METRICS, REFERENCES } from '../result/metrics';
import { placeFromKey } from '../state/selection.svelte';
import { readAsk, readReveal } from './parse-ask';
import { readRule } from './parse-rule';
import { requirePlaceholders } from './parse-texts';
import {
  type CellRule,
  type Lesson,
  type Opens,
  PARTS,
  type Show,
  type Step,
  VERSION,
} from './lesson';

const LESSON_KEYS = ['patchboard_lesson', 'title', 'about', 'minutes', 'steps'];
const STEP_KEYS = [
  ...['title', 'say', 'highlight', 'experiment', 'show', 'free', 'cover'],
  ...['results', 'pairs', 'template', 'ask', 'reveal'],
];
const SHOW_KEYS = ['metric', 'reference', 'of', 'against', 'follow', 'scale', 'cell'];
const OF_A_RESULT = ['model', 'tokens', 'results', 'work', 'seconds', 'checks'];

const MOST_MINUTES = 180;
const MOST_TARGETS = 1000;

/** A text that says something. */
function readText(value: InputValue): string {
  const text = value.text();
  return text.trim() === '' ? value.refuse('a text that is not empty') : text;
}

/** One text, or a list of them. */
const readTexts = (value: InputValue): string[] =>
  value.kind === 'list' ? value.list(1, 'texts').map(readText) : [readText(value)];

function readCell(value: InputValue): string | CellRule {
  if (value.kind === 'object') return readRule(value);
  const key = value.text();
  if (placeFromKey(key)) return key;
  return value.refuse('a cell as in a link, like resid_post,denoising,1,,9, or {"find": …}');
}

function readShow(value: InputValue | undefined): Show {
  const choice = { ...DEFAULT_CHOICE, reference: 'share' as const };
  if (!value) return { choice, followsTargets: false, wholeGap: false };
  value.requireKeys(SHOW_KEYS);
  const index = (key: string, otherwise: number) =>
    value.find(key)?.whole(0, MOST_TARGETS) ?? otherwise;
  const cell = value.find('cell');
  return {
    choice: {
      metric: value.find('metric')?.oneOf(METRICS),
      reference: value.find('reference')?.oneOf(REFERENCES) ?? choice.reference,
      target: index('of', choice.target),
      against: index('against', choice.against),
    },
    followsTargets: value.find('follow')?.truth() ?? false,
    wholeGap: value.find('scale')?.oneOf(['gap']) !== undefined,
    ...(cell && { cell: readCell(cell) }),
  };
}

function readStepExperiment(value: InputValue): Step['experiment'] {
  const saved = OF_A_RESULT.find((key) => value.find(key));
  if (saved) value.fail(`has "${saved}", which is a result's; expected the experiment alone`);
  return readExperiment(value);
}

function readOpens(step: InputValue): Opens | undefined {
  const [results, pairs, template] = [
    step.find('results'),
    step.find('pairs'),
    step.find('template'),
  ];
  if ([results, pairs, template].filter(Boolean).length > 1) {
    step.fail('opens more than one of "results", "pairs" and "template"; expected one');
  }
  if (results?.kind === 'text') return { kind: 'results', item: readText(results) };
  if (results && !results.truth()) results.refuse('true, or "Table 1", say');
  if (results) return { kind: 'results' };
  if (template) return { kind: 'template', text: readText(template) };
  if (!pairs) return undefined;
  if (pairs.kind === 'text') return { kind: 'set', name: readText(pairs) };
  if (pairs.kind !== 'list' && pairs.kind !== 'object') {
    pairs.refuse('the name of one of the page’s sets, or a set of pairs');
  }
  return { kind: 'pairs', text: pairs.json() };
}

/** before: the step before it, whose experiment goes on. */
function readStep(step: InputValue, before: Step | undefined): Step {
  step.requireKeys(STEP_KEYS);
  const own = step.find('experiment');
  const experiment = own ? readStepExperiment(own) : before?.experiment;
  if (!experiment) return step.fail('has no "experiment", which the first step needs');
  const show = step.find('show');
  const highlight = step.find('highlight');
  const cover = step.find('cover')?.oneOf(['all', 'layers', 'panel']);
  const opens = readOpens(step);
  const ask = readAsk(step.find('ask'));
  const reveal = readReveal(step, ask);
  const found: Step = {
    title: readText(step.at('title')),
    say: readTexts(step.at('say')),
    highlight:
      highlight?.kind === 'list'
        ? highlight.list(1, 'parts').map((part) => part.oneOf(PARTS))
        : highlight
          ? [highlight.oneOf(PARTS)]
          : [],
    experiment,
    show: !own && !show && before ? before.show : readShow(show),
    free: step.find('free')?.truth() ?? false,
    ...(cover && { cover }),
    ...(opens && { opens }),
    ...(ask && { ask }),
    ...(reveal && { reveal }),
  };
  requirePlaceholders(step, found);
  return found;
}

/** name: of the file, for messages. Throws an `OpenError`. */
export function parseLesson(text: string, name = 'lesson'): Lesson {
  const lesson = InputValue.parse(text, name);
  lesson.requireKeys(LESSON_KEYS);
  const expected = `${VERSION}, the version that is known here`;
  lesson.at('patchboard_lesson').number(expected, (version) => version === VERSION);
  const minutes = lesson.find('minutes')?.whole(1, MOST_MINUTES);
  const steps: Step[] = [];
  for (const [index, value] of lesson.at('steps').list(1, 'steps').entries()) {
    steps.push(readStep(value.named(`${name}, step ${index + 1}`), steps.at(-1)));
  }
  return {
    title: readText(lesson.at('title')),
    about: readText(lesson.at('about')),
    ...(minutes !== undefined && { minutes }),
    steps,
  };
}
