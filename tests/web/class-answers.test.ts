import { expect, test } from 'vitest';

import { differsIn, lastOfEachName, readClass } from '../../web/src/class/class-answers';
import { classPicture, trueCells } from '../../web/src/class/class-picture';
import { countsText, stepsOf } from '../../web/src/class/class-steps';
import { classCsv, sorted, tableRows } from '../../web/src/class/class-table';
import { handInText } from '../../web/src/lessons/hand-in';
import { formatValue } from '../../web/src/picture/format';
import { openedFiles } from '../../web/src/opening/opened';
import { choiceAnswer, chosen, handedIn, handIn, MAP, mapAnswer } from './hand-in-file';

/** Thirty of one lesson: every third guesses right, every tenth has no guess. */
const CLASS = Array.from({ length: 30 }, (_, index) => {
  const guess: [number, number] = index % 3 === 0 ? [2, 2] : [1, 1];
  const first = mapAnswer(index % 10 === 9 ? undefined : guess);
  return { name: `Student ${index}`, answers: [first, choiceAnswer(index < 20 ? 'yes' : 'no')] };
});
const folder = () =>
  Promise.all(CLASS.map((change, index) => handedIn(`class/s${index}.json`, change)));

test('a folder of thirty becomes a table, counts and a map; what else lies there is named and left out', async () => {
  const other = await Promise.all([
    handedIn('class/old.json', { lesson: { ...handIn().lesson, digest: 'l0' } }),
    handedIn('class/gpt2.json', { model: { ...handIn().model, digest: 'm2', label: 'GPT-2' } }),
  ]);
  const files = [
    ...(await folder()),
    ...other,
    chosen('class/result.json', '{"patchboard": 1, "results": {}}'),
    chosen('class/notes.txt', 'bring the projector'),
    chosen('class/broken.json', (await handInText(handIn())).replace('"right"', '"left"')),
    chosen('class/copy-of-s3.json', await handInText(handIn(CLASS[3]))),
  ];
  const { groups, left } = await readClass(files);
  expect(groups.map(({ students }) => students.length)).toEqual([30, 1, 1]);
  const [main, ...others] = groups;
  if (!main) throw new Error('no group');
  expect(others.map((group) => differsIn(group, main)).toSorted()).toEqual([
    'another model',
    'another version of the lesson',
  ]);
  expect(left.map(({ why }) => why)).toEqual([
    'class/broken.json, "answers[0].verdict": "left", expected one of right, near, wrong, shown',
    'class/notes.txt: a text without any slot, not a student’s answers',
    'class/result.json: a saved result, not a student’s answers',
    // By its name the copy comes first.
    'class/s3.json: the same file as class/copy-of-s3.json, counted once',
  ]);
  // Nobody is counted twice, and nobody is lost.
  expect(files).toHaveLength(30 + others.length + left.length);

  const [first, second] = stepsOf(main.students);
  if (!first || !second) throw new Error('no steps');
  expect(countsText(first)).toBe('9 of 27 right, 3 shown without a guess');
  expect(countsText(second)).toBe('20 of 30 right');
  expect(second.maps).toEqual([]);
  expect(second.choices).toEqual([
    { text: 'yes', count: 20, isTrue: true },
    { text: 'no', count: 10, isTrue: false },
  ]);
  expect(first.maps).toHaveLength(1);
  const picture = first.maps[0] && classPicture(first.maps[0], ['lesson']);
  expect(picture && Array.from(picture.values)).toEqual([0, 0, 0, 0, 18, 0, 0, 0, 9]);
  expect(picture?.texts).toEqual(['', '', '', '', '18', '', '', '', '9']);
  expect(picture?.scale.range).toMatchObject({ low: 0, high: 18 });
  expect(picture && formatValue(18, picture.scale)).toBe('18');
  expect(picture?.caption).toEqual([
    'How many of 27 students chose each cell.',
    'True: ·Michelle, layer 1.',
    'lesson',
  ]);
});

test('a guessed word is counted over all layers, a guessed layer over all words', async () => {
  const of = (guess: 'word' | 'layer') =>
    Promise.all(
      [
        [0, 1],
        [2, 1],
        [2, 0],
      ].map((at, index) =>
        handedIn(`${index}.json`, {
          name: `${index}`,
          answers: [mapAnswer(at as [number, number], { guess })],
        }),
      ),
    );
  const pictureOf = async (guess: 'word' | 'layer') => {
    const [group] = (await readClass(await of(guess))).groups;
    const [step] = stepsOf(group?.students ?? []);
    return step?.maps[0] && classPicture(step.maps[0], []);
  };
  const word = await pictureOf('word');
  expect([word?.rows, word?.columns]).toEqual([1, 3]);
  expect(word && Array.from(word.values)).toEqual([1, 2, 0]);
  expect(word?.caption[1]).toBe('True: ·Michelle.');
  const layer = await pictureOf('layer');
  expect([layer?.rows, layer?.columns]).toEqual([3, 1]);
  expect(layer && Array.from(layer.values)).toEqual([1, 0, 2]);
  expect(layer?.caption[1]).toBe('True: layer 1.');
});

test('guesses on maps of other words are not put on one map', async () => {
  const map = { ...MAP, columns: ['Anna', '·Adams', '·Anna'] };
  const truth = { row: 0, column: 1, share: 1 };
  const { groups } = await readClass([
    await handedIn('a.json', { name: 'a' }),
    await handedIn('b.json', { name: 'b' }),
    await handedIn('c.json', { name: 'c', answers: [mapAnswer([0, 1], { map, truth })] }),
  ]);
  const [step] = stepsOf(groups[0]?.students ?? []);
  expect(step?.maps.map(({ answers }) => answers.length)).toEqual([2, 1]);
  expect(step?.maps[1] && trueCells(step.maps[1])).toEqual([{ row: 0, column: 1 }]);
});

test('names that two have, and none at all, are told apart by their files', async () => {
  const { groups } = await readClass([
    await handedIn('1/ana.json'),
    await handedIn('2/ana.json', { saved: '2026-11-27T20:00:00.000Z' }),
    await handedIn('3.json', { name: '' }),
    await handedIn('4.json', { name: 'Bo' }),
  ]);
  const students = groups[0]?.students ?? [];
  const rows = tableRows(students, stepsOf(students));
  expect(rows.map(({ label }) => label)).toEqual([
    'Ana (1/ana.json)',
    'Ana (2/ana.json)',
    '3.json',
    'Bo',
  ]);
  expect(lastOfEachName(students).map(({ file }) => file)).toEqual([
    '2/ana.json',
    '3.json',
    '4.json',
  ]);
});

test('the table is sorted by name, by what was right and by a step, either way', async () => {
  const of = (name: string, at: [number, number] | undefined) =>
    handedIn(`${name}.json`, { name, answers: [mapAnswer(at)] });
  const { groups } = await readClass(
    await Promise.all([of('S10', undefined), of('S9', [2, 2]), of('Ä', [1, 1]), of('B', [2, 2])]),
  );
  const students = groups[0]?.students ?? [];
  const steps = stepsOf(students);
  const names = (...how: [by: 'student' | 'right' | number, isDescending: boolean]) =>
    sorted(tableRows(students, steps), how[0], steps, how[1]).map(({ label }) => label);
  expect(names('student', false)).toEqual(['Ä', 'B', 'S9', 'S10']);
  expect(names('student', true)).toEqual(['S10', 'S9', 'B', 'Ä']);
  expect(names('right', false)).toEqual(['B', 'S9', 'Ä', 'S10']);
  expect(names(2, false)).toEqual(['B', 'S9', 'Ä', 'S10']);
  expect(names(2, true)).toEqual(['S10', 'Ä', 'B', 'S9']);
});

test('the CSV has a line for each student, and a name is no formula', async () => {
  const { groups } = await readClass([await handedIn('a.json', { name: '=1+1' })]);
  const students = groups[0]?.students ?? [];
  const steps = stepsOf(students);
  expect(classCsv(tableRows(students, steps), steps).split('\r\n')).toEqual([
    'student,file,saved,right,guesses,step 2: A guess,step 2: verdict,step 4: A choice,step 4: verdict',
    '\'=1+1,a.json,2026-11-27T19:10:00.000Z,1,2,"·Michelle, layer 1",right,no,wrong',
    '',
  ]);
});

test('answers that are opened or dropped anywhere are a class’s, whatever lies beside them', async () => {
  const files = [chosen('x.json', '{"patchboard": 1, "results": {}}'), await handedIn('ana.json')];
  expect(await openedFiles(files)).toEqual({ kind: 'answers', files });
  expect((await openedFiles(files.slice(1))).kind).toBe('answers');
});
