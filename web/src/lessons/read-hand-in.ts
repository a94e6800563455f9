/** A file that a student handed in, read strictly: what is wrong is told by file and key. */

import type { Answer, Answers, OnMap } from './answers';
import { GUESSES, type Verdict } from './lesson';
import { InputValue } from '../opening/input-value';
import { DTYPE_NAMES, dtypeOf } from '../weights/dtype';
import { checkOf, type HandIn, VERSION } from './hand-in';

const VERDICTS = ['right', 'near', 'wrong', 'shown'] as const;
const MOST_STEPS = 1000;
const LARGEST_MAP = 10_000;
const LONGEST_NAME = 200;

const ANSWER_KEYS = ['step', 'title', 'question', 'guess', 'guessed', 'truth', 'verdict', 'when'];

function readTime(value: InputValue): string {
  const text = value.text();
  return Number.isNaN(Date.parse(text)) ? value.refuse('a time like 2026-11-27T19:00:00Z') : text;
}

const readTexts = (value: InputValue, least: number) =>
  value.list(least, 'texts').map((text) => text.text());

function readOnMap(value: InputValue, rows: number, columns: number): OnMap {
  value.requireKeys(['row', 'column', 'share']);
  const share = value.findValue('share')?.number('a number, or null', Number.isFinite);
  return {
    row: value.at('row').whole(0, rows - 1),
    column: value.at('column').whole(0, columns - 1),
    share: share ?? Number.NaN,
  };
}

function readVerdict(answer: InputValue, hasGuess: boolean): Verdict | 'shown' {
  const value = answer.at('verdict');
  const verdict = value.oneOf(VERDICTS);
  if (hasGuess === (verdict === 'shown')) {
    value.refuse(hasGuess ? 'right, near or wrong, as there is a guess' : 'shown, without a guess');
  }
  return verdict;
}

function readMapAnswer(answer: InputValue) {
  const map = answer.at('map');
  map.requireKeys(['rows', 'columns']);
  const [rows, columns] = [readTexts(map.at('rows'), 1), readTexts(map.at('columns'), 1)];
  if (rows.length * columns.length > LARGEST_MAP) map.fail('more cells than any map of a lesson');
  const cell = (key: string) => {
    const value = answer.find(key);
    return value && readOnMap(value, rows.length, columns.length);
  };
  const [guessed, truth] = [cell('guessed'), cell('truth')];
  return {
    map: { rows, columns },
    ...(guessed && { guessed }),
    ...(truth && { truth }),
    verdict: readVerdict(answer, guessed !== undefined),
  };
}

function readChoiceAnswer(answer: InputValue) {
  const choices = readTexts(answer.at('choices'), 2);
  const choice = (key: string) => answer.find(key)?.oneOf(choices);
  const [guessed, truth] = [choice('guessed'), choice('truth')];
  return {
    choices,
    ...(guessed !== undefined && { guessed }),
    ...(truth !== undefined && { truth }),
    verdict: readVerdict(answer, guessed !== undefined),
  };
}

function readAnswer(answer: InputValue, steps: number): Answer {
  const guess = answer.at('guess').oneOf(GUESSES);
  answer.requireKeys([...ANSWER_KEYS, guess === 'choice' ? 'choices' : 'map']);
  const common = {
    step: answer.at('step').whole(1, steps),
    title: answer.at('title').text(),
    question: answer.at('question').text(),
    when: readTime(answer.at('when')),
  };
  return guess === 'choice'
    ? { ...common, guess, ...readChoiceAnswer(answer) }
    : { ...common, guess, ...readMapAnswer(answer) };
}

function readLesson(value: InputValue): HandIn['lesson'] {
  value.requireKeys(['address', 'title', 'steps', 'digest']);
  return {
    address: value.at('address').text(),
    title: value.at('title').text(),
    steps: value.at('steps').whole(1, MOST_STEPS),
    digest: value.at('digest').text(),
  };
}

function readModel(value: InputValue): Answers['model'] {
  value.requireKeys(['id', 'label', 'dtype', 'digest']);
  return {
    id: value.at('id').text(),
    label: value.at('label').text(),
    dtype: dtypeOf(value.at('dtype').oneOf(DTYPE_NAMES)) ?? 'f32',
    digest: value.at('digest').text(),
  };
}

function readAnswers(value: InputValue, steps: number): Answer[] {
  const answers = value.list(0, 'answers').map((answer) => ({
    place: answer,
    read: readAnswer(answer, steps),
  }));
  answers.forEach(({ place, read }, index) => {
    const before = answers[index - 1]?.read.step ?? 0;
    if (read.step <= before) place.at('step').refuse(`a later step than ${before}, the one before`);
  });
  return answers.map(({ read }) => read);
}

/** file: its name, for messages. Rejects with an `OpenError` where it is no such file, or was changed since. */
export async function readHandIn(text: string, file: string): Promise<HandIn> {
  const document = InputValue.parse(text, file);
  const version = document.at('patchboard_answers');
  if (version.number('a version', Number.isFinite) !== VERSION) {
    version.refuse(`${VERSION}: the file is of another version of the page`);
  }
  document.requireKeys([
    'patchboard_answers',
    ...['name', 'saved', 'lesson', 'model', 'answers', 'check'],
  ]);
  const name = document.find('name');
  if ((name?.text().length ?? 0) > LONGEST_NAME) {
    name?.fail(`longer than ${LONGEST_NAME} characters`);
  }
  const lesson = readLesson(document.at('lesson'));
  const handIn: HandIn = {
    name: name?.text() ?? '',
    saved: readTime(document.at('saved')),
    lesson,
    model: readModel(document.at('model')),
    answers: readAnswers(document.at('answers'), lesson.steps),
  };
  const check = document.at('check');
  const written = document.at('model').at('dtype').text();
  if (check.text() !== (await checkOf(handIn, written))) {
    check.fail('is not that of the rest of the file, which was changed since it was saved');
  }
  return handIn;
}
