import { expect, test } from 'vitest';

import { digestOf, type HandIn, handInName, handInText } from '../../web/src/lessons/hand-in';
import { readHandIn } from '../../web/src/lessons/read-hand-in';
import type { Answer } from '../../web/src/lessons/answers';
import { parseLesson } from '../../web/src/lessons/parse-lesson';
import { choiceAnswer, handIn, mapAnswer } from './hand-in-file';
import { lessonFile } from './lesson-file';
import { oneOf, randomNumbers } from './random';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const parsed = async (of: HandIn) => JSON.parse(await handInText(of)) as Record<string, Json>;
const reading = (document: Json) => readHandIn(JSON.stringify(document), 'ana.json');

test('what was saved is read back, without a name as well', async () => {
  for (const of of [handIn(), handIn({ name: '' }), handIn({ answers: [] })]) {
    expect(await readHandIn(await handInText(of), 'a')).toEqual(of);
  }
  const unknown = handIn({
    answers: [mapAnswer([0, 1], { truth: { row: 0, column: 0, share: NaN } })],
  });
  expect(await readHandIn(await handInText(unknown), 'a')).toEqual(unknown);
});

const NAMES = [
  '',
  'Ana',
  'José Ñandú',
  '王小明',
  'محمد علي',
  'O’Brien "B"',
  '=1+1',
  '  x ',
  '😀\n',
];

function randomAnswer(random: () => number, step: number): Answer {
  const at = (count: number) => Math.floor(random() * count);
  if (random() < 0.4) {
    return { ...choiceAnswer(oneOf(random, ['yes', 'no', undefined])), step };
  }
  const share = oneOf(random, [0, -0.125, 1 / 3, 1, 12.5, NaN]);
  const guess = oneOf(random, ['cell', 'word', 'layer'] as const);
  const guessed = { row: at(3), column: at(3), share };
  const change = { step, guess, question: oneOf(random, NAMES), title: oneOf(random, NAMES) };
  const some = mapAnswer([0, 0], {
    ...change,
    guessed,
    verdict: oneOf(random, ['right', 'near', 'wrong']),
  });
  return random() < 0.2 ? mapAnswer(undefined, change) : some;
}

function randomHandIn(random: () => number): HandIn {
  const steps = 1 + Math.floor(random() * 9);
  const numbers = Array.from({ length: steps }, (_, index) => index + 1);
  const answers = numbers.filter(() => random() < 0.7).map((step) => randomAnswer(random, step));
  const lesson = { ...handIn().lesson, steps, title: oneOf(random, NAMES) };
  const dtype = oneOf(random, ['f32', 'f16', 'q8_0'] as const);
  const model = { ...handIn().model, dtype, label: oneOf(random, NAMES) };
  return handIn({ name: oneOf(random, NAMES), lesson, model, answers });
}

test('random answers are read back as they were, and any file of them in other white space', async () => {
  const random = randomNumbers(5);
  for (let round = 0; round < 200; round++) {
    const of = randomHandIn(random);
    const text = await handInText(of);
    expect(await readHandIn(text, 'a')).toEqual(of);
    expect(await readHandIn(JSON.stringify(JSON.parse(text)), 'a')).toEqual(of);
  }
});

/** Every value of the document, each by the way to it. */
function waysIn(value: Json, way: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [way];
  const entries = Object.entries(value).map(([key, inner]) =>
    waysIn(inner, [...way, Array.isArray(value) ? Number(key) : key]),
  );
  return [way, ...entries.flat()].filter((each) => each.length > 0);
}

function changed(
  document: Json,
  way: (string | number)[],
  make: (value: Json) => Json | undefined,
): Json {
  const copy = structuredClone(document);
  const parent = way
    .slice(0, -1)
    .reduce<Json>((value, key) => (value as Record<string, Json>)[key] ?? null, copy);
  const [key, holder] = [way.at(-1) ?? '', parent as Record<string, Json>];
  const value = make(holder[key] ?? null);
  if (value !== undefined) holder[key] = value;
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
  return copy;
}

test('whatever one field is changed to, left out or added, the file is refused by its name', async () => {
  const document = await parsed(handIn());
  const others: ((value: Json) => Json | undefined)[] = [
    () => undefined,
    () => null,
    () => 7,
    () => 'x',
    () => [],
    () => ({}),
    (value) =>
      typeof value === 'number' ? value + 1 : typeof value === 'string' ? `${value}x` : true,
  ];
  for (const way of waysIn(document)) {
    for (const make of others) {
      const other = changed(document, way, make);
      if (JSON.stringify(other) === JSON.stringify(document)) continue;
      await expect(reading(other), `${way.join('.')}: ${JSON.stringify(other)}`).rejects.toThrow(
        /^ana\.json/,
      );
    }
  }
  for (const way of waysIn(document)) {
    const more = changed(document, way, (value) =>
      typeof value === 'object' && value && !Array.isArray(value) ? { ...value, more: 1 } : value,
    );
    if (JSON.stringify(more) === JSON.stringify(document)) continue;
    await expect(reading(more)).rejects.toThrow('has "more", which means nothing here');
  }
});

test('what is wrong is told by its key, with what would be right', async () => {
  const document = await parsed(handIn());
  const wrong = (way: (string | number)[], value: Json) =>
    reading(changed(document, way, () => value));
  await expect(wrong(['patchboard_answers'], 2)).rejects.toThrow(
    'ana.json, "patchboard_answers": 2, expected 1: the file is of another version of the page',
  );
  await expect(wrong(['answers', 0, 'guessed', 'row'], 3)).rejects.toThrow(
    'ana.json, "answers[0].guessed.row": 3, expected a whole number from 0 to 2',
  );
  await expect(wrong(['answers', 1, 'guessed'], 'perhaps')).rejects.toThrow(
    'expected one of yes, no',
  );
  await expect(wrong(['answers', 1, 'step'], 2)).rejects.toThrow('expected a later step than 2');
  await expect(wrong(['answers', 1, 'verdict'], 'shown')).rejects.toThrow('as there is a guess');
  await expect(wrong(['answers', 1, 'verdict'], 'right')).rejects.toThrow(
    'ana.json, "check": is not that of the rest of the file, which was changed since it was saved',
  );
  await expect(readHandIn('{"patchboard_answers": 1,', 'b.json')).rejects.toThrow(
    'b.json: not JSON',
  );
});

test('the file is called by lesson and name, in any script, a long title shortened', () => {
  const name = (of: string, title = 'Where is the name?') =>
    handInName({ name: of, lesson: { ...handIn().lesson, title } });
  expect(name('Ana Díaz')).toBe('where-is-the-name-ana-díaz.json');
  expect(name('王小明')).toBe('where-is-the-name-王小明.json');
  expect(name('محمد علي')).toBe('where-is-the-name-محمد-علي.json');
  expect(name('')).toBe('where-is-the-name.json');
  expect(name('Ana', 'A very long title, longer than all others')).toBe(
    'a-very-long-title-longer-th-ana.json',
  );
});

test('a lesson’s digest is of what it says, not of how its file is set', async () => {
  const file = lessonFile();
  const digest = (text: string) => digestOf(parseLesson(text, 'lesson'));
  const own = await digest(JSON.stringify(file));
  expect(await digest(JSON.stringify(file, null, 4))).toBe(own);
  expect(await digest(JSON.stringify({ ...file, about: 'Another.' }))).not.toBe(own);
});
