/** A lesson's file through its reader: what a broken one is told, by step and key. */

import { readdirSync, readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { FINDS, GUESSES, PARTS } from '../../web/src/lessons/lesson';
import { LESSONS } from '../../web/src/lessons/lessons';
import { parseLesson } from '../../web/src/lessons/parse-lesson';
import { OF_CELL, OF_CHOICE, OF_GUESS, OF_RUNS } from '../../web/src/lessons/placeholders';
import { OpenError } from '../../web/src/opening/json-tree';
import { lessonFile } from './lesson-file';
import { oneOf, randomNumbers } from './random';

const folder = new URL('../../web/src/lessons/', import.meta.url);
const own = readdirSync(folder).filter((name) => name.endsWith('.json'));

const read = (file: unknown) => parseLesson(JSON.stringify(file));

test.each(own)('the page’s own lesson %s is one, and asks something', (name) => {
  const lesson = parseLesson(readFileSync(new URL(name, folder), 'utf8'), name);
  expect(lesson.steps.some(({ ask }) => ask !== undefined)).toBe(true);
});

test('a whole lesson is read: a step without an experiment goes on with the one before', () => {
  const lesson = read(lessonFile());
  expect(lesson).toMatchObject({ title: 'A lesson', about: 'About it.', minutes: 3 });
  const [first, second, third, fourth] = lesson.steps;
  expect(first?.experiment).toMatchObject({ clean: 'Jones a', sites: ['resid_post'] });
  expect(second?.experiment).toBe(first?.experiment);
  expect(second?.show).toBe(first?.show);
  expect(first?.show).toEqual({
    choice: { metric: 'logit', reference: 'share', target: 0, against: 1 },
    followsTargets: true,
    wholeGap: false,
  });
  expect(second?.highlight).toEqual(['map']);
  expect(second?.say).toEqual(['Look.']);
  expect(second?.ask).toMatchObject({ answer: { rows: 'input', columns: 'all' } });
  expect(third?.reveal).toEqual({ always: 'After layer {layer}.' });
  expect(fourth).toMatchObject({ free: true, ask: { answer: { kind: 'says' } } });
});

/** What becomes of the whole lesson where something in it is changed. */
function told(change: (file: ReturnType<typeof lessonFile>) => unknown): string {
  const file = lessonFile();
  const changed = change(file) ?? file;
  try {
    read(changed);
  } catch (error) {
    if (error instanceof OpenError) return error.message;
    throw error;
  }
  return 'nothing';
}

const docs = readFileSync(new URL('../../docs/teaching.md', import.meta.url), 'utf8');

test('the lesson that docs/teaching.md shows is one, and what it says of keys is what is read', () => {
  const block = /```json\n(\{\n {2}"patchboard_lesson"[^]*?)```/.exec(docs)?.[1] ?? '';
  const lesson = parseLesson(block, 'docs/teaching.md');
  expect(lesson.steps.map(({ ask }) => ask?.guess)).toEqual([undefined, 'layer', 'choice']);
  const known = [...PARTS, ...GUESSES, ...FINDS, ...LESSONS];
  for (const name of known) expect(docs, name).toMatch(new RegExp(`\`"?${name}"?\``));
  for (const name of [...OF_RUNS, ...OF_CELL, ...OF_GUESS, ...OF_CHOICE]) {
    expect(docs).toContain(`{${name}}`);
  }
});

type Step = Record<string, unknown>;
const inStep = (index: number, change: Step) =>
  told((file) => {
    Object.assign(file.steps[index] as Step, change);
  });
const inAsk = (index: number, change: Step) =>
  told((file) => {
    Object.assign((file.steps[index] as Step)['ask'] as Step, change);
  });
const choice = (answer: unknown) => inAsk(3, { choices: ['yes', 'no'], answer });

test.each([
  [told(() => []), 'lesson: [], expected an object'],
  [told((file) => ({ ...file, step: [] })), 'lesson: has "step", which means nothing here'],
  [told((file) => ({ ...file, patchboard_lesson: 2 })), '"patchboard_lesson": 2, expected 1'],
  [told(({ title, about, steps }) => ({ title, about, steps })), 'has no "patchboard_lesson"'],
  [told((file) => ({ ...file, about: ' ' })), 'lesson, "about": " ", expected a text'],
  [told((file) => ({ ...file, minutes: 0 })), '"minutes": 0, expected a whole number from 1'],
  [told((file) => ({ ...file, steps: [] })), '"steps": [], expected a list of steps, 1 at least'],
  [inStep(2, { titel: 'x' }), 'lesson, step 3: has "titel", which means nothing here; expected'],
  [inStep(1, { title: '' }), 'lesson, step 2, "title": "", expected a text that is not empty'],
  [inStep(1, { say: [] }), 'lesson, step 2, "say": [], expected a list of texts, 1 at least'],
  [inStep(1, { say: [3] }), 'lesson, step 2, "say[0]": 3, expected a text'],
  [inStep(1, { highlight: ['mop'] }), 'step 2, "highlight[0]": "mop", expected one of prompts'],
  [inStep(0, { experiment: undefined }), 'lesson, step 1: has no "experiment"'],
  [inStep(0, { experiment: { clean: 'a' } }), 'lesson, step 1, "experiment": has no "corrupted"'],
  [
    inStep(1, { experiment: { clean: 'a', corrupted: 'b', targets: ['c'], results: {} } }),
    'lesson, step 2, "experiment": has "results", which is a result\'s',
  ],
  [inStep(0, { show: { metrik: 'prob' } }), 'lesson, step 1, "show": has "metrik"'],
  [inStep(0, { show: { metric: 'p' } }), 'lesson, step 1, "show.metric": "p", expected one of'],
  [inStep(0, { show: { scale: 'own' } }), 'step 1, "show.scale": "own", expected gap'],
  [inStep(0, { show: { of: -1 } }), 'lesson, step 1, "show.of": -1, expected a whole number'],
  [inStep(0, { show: { cell: 'here' } }), 'step 1, "show.cell": "here", expected a cell as in a'],
  [
    inStep(1, { cover: 'some' }),
    'lesson, step 2, "cover": "some", expected one of all, layers, panel',
  ],
  [inStep(1, { free: 'yes' }), 'lesson, step 2, "free": "yes", expected true or false'],
  [inStep(1, { results: true, pairs: 'ioi' }), 'step 2: opens more than one of "results"'],
  [inStep(1, { results: false }), 'step 2, "results": false, expected true, or "Table 1"'],
  [inStep(1, { pairs: 3 }), 'lesson, step 2, "pairs": 3, expected the name of one of the page’s'],
  [inStep(1, { reveal: undefined }), 'lesson, step 2: has an "ask" and no "reveal"'],
  [inStep(0, { reveal: 'x' }), 'step 1, "reveal": says what is true of an "ask", and there is'],
  [inStep(1, { reveal: { right: 'x' } }), 'lesson, step 2, "reveal": has no "always"'],
  [inAsk(2, { guess: 'row' }), 'step 3, "ask.guess": "row", expected one of cell, word, layer, ch'],
  [inAsk(1, { choices: ['a', 'b'] }), 'lesson, step 2, "ask": has "choices"'],
  [inAsk(1, { answer: 3 }), 'step 2, "ask.answer": 3, expected {"find": …}: a guess on the map is'],
  [inAsk(1, { answer: {} }), 'lesson, step 2, "ask.answer": has no "find"'],
  [inAsk(1, { answer: { find: 'all' } }), 'step 2, "ask.answer.find": "all", expected one of st'],
  [
    inAsk(1, { answer: { find: 'strongest', rows: 'top' } }),
    'lesson, step 2, "ask.answer.rows": "top", expected one of all, input, layers',
  ],
  [
    inAsk(1, { answer: { find: 'strongest', columns: [1] } }),
    'step 2, "ask.answer.columns": [1], expected all, last, differing or the number of a column',
  ],
  [
    inAsk(1, { answer: { find: 'first above', above: 0.5 } }),
    'lesson, step 2, "ask.answer.find": "first above", expected strongest, where a word',
  ],
  [
    inAsk(2, { answer: { find: 'first above', above: 1 } }),
    'step 3, "ask.answer.above": 1, expected a number between 0 and 1',
  ],
  [inAsk(2, { answer: { find: 'last above' } }), 'lesson, step 3, "ask.answer": has no "above"'],
  [
    inAsk(2, { answer: { find: 'strongest', above: 0.5 } }),
    'lesson, step 3, "ask.answer.above": goes with "first above" and "last above"',
  ],
  [
    inAsk(2, { answer: { find: 'strongest', rows: 'input' } }),
    'step 3, "ask.answer.rows": "input", expected layers or all, where a layer is guessed',
  ],
  [inAsk(3, { choices: ['a'] }), 'step 4, "ask.choices": ["a"], expected a list of choices, 2 at'],
  [inAsk(3, { choices: ['a', 'a'] }), 'step 4, "ask.choices": ["a","a"], expected each choice'],
  [choice('perhaps'), 'lesson, step 4, "ask.answer": "perhaps", expected one of yes, no'],
  [choice({ says: 'patched' }), 'step 4, "ask.answer.says": "patched", expected one of clean, c'],
  [choice({}), 'step 4, "ask.answer": {}, expected one of the choices, {"says": "clean"}'],
  [choice({ find: 'strongest', above: 0.5, then: 'yes' }), '"ask.answer": has no "otherwise"'],
  [inStep(0, { say: 'See {clean}.' }), 'lesson, step 1, "say": has "{clean}", which is not known'],
  [inStep(0, { say: ['a', 'See {.'] }), 'lesson, step 1, "say[1]": has "{", which is not known'],
  [inStep(1, { say: 'It is {word}.' }), 'lesson, step 2, "say": has "{word}", which is not known'],
  [inStep(3, { reveal: '{word}' }), 'lesson, step 4, "reveal": has "{word}", which is not known'],
])('%s', (message, expected) => {
  expect(message).toContain(expected);
});

test('text that is no JSON, and a key that is there twice, are told as such', () => {
  expect(() => parseLesson('{')).toThrow(/^lesson: not JSON/);
  expect(() => parseLesson('{"steps": [{"say": "a", "say": "b"}]}')).toThrow(
    'the key "say" is there twice',
  );
});

const VALUES = [null, true, 0, 1, -1, 0.5, '', 'a', 'map', 'cell', 'choice', 'all', '{word}', '{'];
const KEYS = ['say', 'ask', 'guess', 'answer', 'find', 'rows', 'choices', 'reveal', '__proto__'];

/** A value somewhere in it is another, is gone, or is there under another key. */
function changed(value: unknown, random: () => number): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.15) {
    return oneOf<unknown>(random, [...VALUES, [], {}, ['a', 'b']]);
  }
  const entries = Object.entries(value as Record<string, unknown>);
  const at = Math.floor(random() * entries.length);
  const others = entries.flatMap(([key, item], index) => {
    if (index !== at) return [[key, item] as const];
    if (random() < 0.1) return [];
    if (random() < 0.1) return [[oneOf(random, KEYS), item] as const];
    return [[key, changed(item, random)] as const];
  });
  return Array.isArray(value) ? others.map(([, item]) => item) : Object.fromEntries(others);
}

test('whatever is changed in a lesson, it is read or refused in one line', () => {
  const random = randomNumbers(14);
  let readAtAll = 0;
  for (let attempt = 0; attempt < 2000; attempt++) {
    const file = changed(lessonFile(), random);
    try {
      const { steps } = read(file);
      readAtAll++;
      for (const step of steps) {
        expect(step.title).not.toBe('');
        expect(step.experiment).toBeDefined();
        expect(step.ask === undefined).toBe(step.reveal === undefined);
      }
    } catch (error) {
      if (!(error instanceof OpenError)) throw error;
      expect(error.message).toMatch(/^lesson/);
      expect(error.message).not.toContain('\n');
    }
  }
  expect(readAtAll).toBeGreaterThan(50);
});
