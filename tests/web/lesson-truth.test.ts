/** What is true of a lesson's question: found in a result, and compared with guesses. */

import { expect, test } from 'vitest';

import type { ExperimentStart, SweepInfo } from '../../web/src/engine/module';
import { DEFAULTS } from '../../web/src/experiment/defaults';
import { factsOf, factsOfCell } from '../../web/src/lessons/facts';
import type { CellRule, MapAsk, Show } from '../../web/src/lessons/lesson';
import { filled, placeholdersOf } from '../../web/src/lessons/placeholders';
import {
  boxOfRule,
  cellOfGuess,
  findCell,
  guessBox,
  judge,
  type Moved,
  movedIn,
  trueChoice,
} from '../../web/src/lessons/truth';
import { whyNoCell } from '../../web/src/lessons/why-no-cell';
import { DEFAULT_CHOICE } from '../../web/src/result/metrics';
import { emptyResult, type LabResult, withRow } from '../../web/src/result/result';
import { empty, rowOf, start } from './lab-result';
import { tableOf } from './measure-tables';

const SHOW: Show = {
  choice: { ...DEFAULT_CHOICE, metric: 'logit' },
  followsTargets: false,
  wholeGap: false,
};
const LAYERS = 4;

const info: SweepInfo = { ...(start.sweeps[0] as SweepInfo), rows: LAYERS, endLayer: LAYERS };
const input: SweepInfo = { ...info, site: 'resid_pre', endLayer: 1 };
const said = (text: string) => [{ id: 1, text, prob: 0.9, logit: 1 }];
const runs: ExperimentStart = {
  ...start,
  topClean: said(' Jones'),
  topCorrupted: said(' Smith'),
  sweeps: [info, input],
};
const fresh = emptyResult(DEFAULTS, { ...empty.model, nLayer: LAYERS }, runs);

/** shares: of the way from the corrupted run's logit, 2, to the clean run's, 4. */
function withShares(result: LabResult, sweep: number, layer: number, shares: readonly number[]) {
  const logit = [...shares.map((share) => 2 + 2 * share), 0, 0, 0, 0];
  return withRow(result, {
    ...rowOf(sweep, layer),
    measures: tableOf(3, 2, { logit, kl: [0, 0] }),
  });
}

function computed(): Moved {
  const layers = [
    [1, 0],
    [0.9375, 0.125],
    [0.25, 0.75],
    [0, 1],
  ];
  const whole = layers.reduce(
    (result, shares, layer) => withShares(result, 0, layer, shares),
    withShares(fresh, 1, 0, [1, 0]),
  );
  const moved = movedIn(whole, SHOW);
  if (!moved) throw new Error('nothing is moved');
  return moved;
}

const rule = (change: Partial<CellRule>): CellRule => ({
  find: 'strongest',
  rows: 'layers',
  columns: 'all',
  ...change,
});

test.each<[Partial<CellRule>, { row: number; column: number } | undefined]>([
  [{ rows: 'input' }, { row: 0, column: 0 }],
  [{}, { row: 1, column: 0 }],
  [{ columns: 'last' }, { row: 4, column: 1 }],
  [
    { columns: 'differing', rows: 2 },
    { row: 3, column: 0 },
  ],
  [
    { columns: 1, rows: 'all' },
    { row: 4, column: 1 },
  ],
  [
    { find: 'first above', above: 0.5, columns: 'last' },
    { row: 3, column: 1 },
  ],
  [
    { find: 'last above', above: 0.5, columns: 'differing' },
    { row: 2, column: 0 },
  ],
  [{ find: 'first above', above: 0.5, columns: 'last', rows: 0 }, undefined],
  [{ rows: 4 }, undefined],
  [{ columns: 2 }, undefined],
])('the cell of %j is found in the result', (change, cell) => {
  expect(findCell(computed(), rule(change))).toEqual(cell);
});

test.each<[Partial<CellRule>, string]>([
  [{ rows: 55 }, 'The question is of row 55: this model has layers 0 to 3.'],
  [{ columns: 99 }, 'The question is of column 99: this map has columns 0 to 1.'],
  [
    { find: 'first above', above: 0.5, columns: 'last', rows: 0 },
    'No cell that is asked about moves the answer by more than 50 % of the gap.',
  ],
])('of %j it is told why no cell is found', (change, why) => {
  expect(whyNoCell(computed(), rule(change))).toBe(why);
});

test('a map without the row of the input, and runs without a gap, are told as such', () => {
  const attention = emptyResult(
    DEFAULTS,
    { ...empty.model, nLayer: LAYERS },
    { ...runs, sweeps: [{ ...info, site: 'attn_out' }] },
  );
  const moved = movedIn(withShares(attention, 0, 1, [1, 0.25]), SHOW);
  expect(moved && whyNoCell(moved, rule({ rows: 'input' }))).toBe(
    'The question is of the row of the input, which this map, of attn_out, has not.',
  );
  expect(whyNoCell(undefined, rule({}))).toMatch(/^Here both runs say nearly the same/);
});

const ask = (guess: MapAsk['guess'], change: Partial<CellRule> = {}): MapAsk => ({
  guess,
  question: '?',
  answer: rule(change),
});

test.each<[MapAsk, [row: number, column: number], string]>([
  [ask('word', { rows: 'input' }), [0, 0], 'right'],
  [ask('word', { rows: 'input' }), [0, 1], 'wrong'],
  // As strong as the strongest, or nearly.
  [ask('cell'), [2, 0], 'right'],
  [ask('cell'), [4, 1], 'right'],
  [ask('cell'), [3, 1], 'near'],
  [ask('cell'), [3, 0], 'wrong'],
  // A word by the strongest of its column, a layer by that of its row.
  [ask('word'), [1, 1], 'right'],
  [ask('layer', { columns: 'last' }), [3, 0], 'near'],
  [ask('layer', { columns: 'last' }), [2, 1], 'wrong'],
  // Where something begins goes by how many layers it is apart.
  [ask('layer', { find: 'first above', above: 0.5, columns: 'last' }), [3, 1], 'right'],
  [ask('layer', { find: 'first above', above: 0.5, columns: 'last' }), [4, 1], 'near'],
  [ask('layer', { find: 'first above', above: 0.5, columns: 'last' }), [1, 1], 'wrong'],
])('of %j the guess at %j is %s', (question, [row, column], verdict) => {
  const moved = computed();
  const box = boxOfRule(moved.result, moved.map, question.answer);
  const truth = findCell(moved, question.answer);
  if (!box || !truth) throw new Error('nothing is found');
  const guess = cellOfGuess(moved, guessBox(question, box, { row, column }));
  expect(guess && judge(moved, question, guess, truth)).toBe(verdict);
});

test('noising is measured from the clean run, and what is not known is never found', () => {
  const noised = emptyResult(
    { ...DEFAULTS, directions: ['noising'] },
    { ...empty.model, nLayer: LAYERS },
    { ...runs, sweeps: [{ ...info, direction: 'noising' }] },
  );
  const moved = movedIn(withShares(noised, 0, 1, [1, 0.25]), SHOW);
  expect(moved && findCell(moved, rule({}))).toEqual({ row: 1, column: 1 });
  expect(moved?.shareAt({ row: 1, column: 1 })).toBeCloseTo(0.75);
  expect(moved?.shareAt({ row: 0, column: 0 })).toBeNaN();
});

test('where both runs say the same there is nothing to find', () => {
  const { clean } = runs;
  const same = emptyResult(DEFAULTS, empty.model, { ...runs, corrupted: clean });
  expect(movedIn(same, SHOW)).toBeUndefined();
});

test('a choice is true as it is written, by what a run says, or by what the result shows', () => {
  const moved = computed();
  const choices = ['“Jones”', '“Smith”'];
  const base = { guess: 'choice' as const, question: '?', choices };
  const truth = (answer: Parameters<typeof trueChoice>[0]['answer'], texts = choices) =>
    trueChoice({ ...base, answer }, texts, moved.result, moved);
  expect(truth({ kind: 'is', choice: 1 })).toBe(1);
  expect(truth({ kind: 'says', run: 'corrupted' })).toBe(1);
  expect(truth({ kind: 'says', run: 'clean' }, ['Brown', 'Smith'])).toBeUndefined();
  const moves = { kind: 'moves' as const, then: 0, otherwise: 1 };
  expect(truth({ ...moves, rule: rule({ rows: 2 }), above: 0.5 })).toBe(0);
  expect(truth({ ...moves, rule: rule({ rows: 2, columns: 0 }), above: 0.5 })).toBe(1);
});

test('texts are filled from the result; what is not known is an ellipsis', () => {
  const moved = computed();
  const facts = {
    ...factsOf(moved.result, SHOW.choice),
    ...factsOfCell(moved, { row: 3, column: 1 }),
    ...factsOfCell(moved, { row: 0, column: 0 }, 'guess_'),
  };
  expect(
    filled('{clean_answer} {clean_prob} {word} {layer} {share} {guess_layer} {layers}', facts),
  ).toBe('“Jones” 90 % “2” 2 75 % input 4');
  expect(filled('{{{head}}}', facts)).toBe('{…}');
  expect(placeholdersOf('{a} {{b}} } {')).toEqual(['a', '}', '{']);
});
