import { expect, test } from 'vitest';

import { DEFAULTS, withInput } from '../../web/src/experiment/defaults';
import type { Experiment } from '../../web/src/experiment/experiment';
import type { Asked } from '../../web/src/history/entry';
import { distinctNames, whatDiffers } from '../../web/src/history/what-differs';
import { DEFAULT_CHOICE } from '../../web/src/result/metrics';

const asked = (change: Partial<Experiment> = {}, more: Partial<Asked> = {}): Asked => ({
  experiment: { ...DEFAULTS, ...change },
  choice: DEFAULT_CHOICE,
  model: { id: 'gpt2', label: 'GPT-2 small', dtype: 'f32', digest: 'a' },
  ...more,
});
const student = (name: string) => `Michelle ${name} was a top-notch student. Michelle`;
const noise = (change: object) => ({
  corruption: {
    kind: 'noise' as const,
    positions: [1],
    multiple: 3,
    samples: 1,
    seed: 0,
    ...change,
  },
});

test('the first result is named by the words that differ between its prompts', () => {
  expect(whatDiffers(undefined, asked())).toBe('Jones / Smith');
});

test('prompts of other lengths, or without a second one, are named by how they begin', () => {
  expect(whatDiffers(undefined, asked({ corrupted: 'Anna' }))).toBe('“Michelle Jones was a top…”');
  expect(whatDiffers(undefined, asked({ clean: 'Anna was', corruption: { kind: 'zero' } }))).toBe(
    '“Anna was”',
  );
  expect(whatDiffers(undefined, asked({ clean: [1, 2], corrupted: [1, 3] }))).toBe('#2 / #3');
});

test.each<[string, Partial<Experiment>, Partial<Asked>]>([
  ['Jones / Adams', { corrupted: student('Adams'), targets: [' Jones', ' Adams'] }, {}],
  ['Brown / Smith', { clean: student('Brown') }, {}],
  ['noising: Jones / Smith', { directions: ['noising'] }, {}],
  ['both directions: Jones / Smith', { directions: ['denoising', 'noising'] }, {}],
  ['z: Jones / Smith', { sites: ['z'] }, {}],
  ['z, q: Jones / Smith', { sites: ['z', 'q'] }, {}],
  ['4 sites: Jones / Smith', { sites: ['z', 'q', 'k', 'v'] }, {}],
  ['z, by position: Jones / Smith', { sites: ['z'], by_position: true }, {}],
  ['window 3: Jones / Smith', { window: 3 }, {}],
  ['span 2: Jones / Smith', { span: 2 }, {}],
  ['layers 1–2, position 3: Jones / Smith', { region: { layers: [1, 3], positions: [3, 4] } }, {}],
  ['·Jones, #17: Jones / Smith', { targets: [' Jones', 17] }, {}],
  ['noise: “Michelle Jones was a top…”', noise({}), {}],
  ['zeros, noising: “Michelle Jones was a top…”', { corruption: { kind: 'zero' } }, {}],
  [
    'mean of 2, noising: “Michelle Jones was a top…”',
    { corruption: { kind: 'mean', prompts: ['a', 'b'] } },
    {},
  ],
  ['Probability: Jones / Smith', {}, { choice: { ...DEFAULT_CHOICE, metric: 'prob' } }],
  [
    'Small practice model: Jones / Smith',
    {},
    { model: { id: 'embedded', label: 'Small practice model', dtype: 'f32' } },
  ],
  ['f16: Jones / Smith', {}, { model: { ...asked().model, dtype: 'f16' } }],
  ['GPT-2 small, other weights: Jones / Smith', {}, { model: { ...asked().model, digest: 'b' } }],
  [
    'q, by position, noising: Jones / Adams',
    { corrupted: student('Adams'), sites: ['q'], directions: ['noising'], by_position: true },
    {},
  ],
  ['Jones / Smith', {}, {}],
])('after the basic example it is named “%s”', (title, change, more) => {
  expect(whatDiffers(asked(), asked(change, more))).toBe(title);
});

test('the row of the input, which the page adds, is no difference', () => {
  const heads = asked({ sites: ['attn_out'] });
  const stream = asked(withInput(DEFAULTS));
  expect(whatDiffers(heads, stream)).toBe('resid_post: Jones / Smith');
  expect(whatDiffers(stream, heads)).toBe('attn_out: Jones / Smith');
});

test('what is taken back is named as what it is then', () => {
  const restricted = asked({ region: { layers: [1, 3], positions: [3, 4] } });
  expect(whatDiffers(restricted, asked())).toBe('everywhere: Jones / Smith');
  expect(whatDiffers(asked(noise({})), asked())).toBe('Jones / Smith');
  const byPosition = { sites: ['z' as const], by_position: true };
  expect(whatDiffers(asked(byPosition), asked({ ...byPosition, by_position: false }))).toBe(
    'whole heads: Jones / Smith',
  );
  expect(whatDiffers(asked({}, { choice: { ...DEFAULT_CHOICE, metric: 'kl' } }), asked())).toBe(
    'the usual metric: Jones / Smith',
  );
});

test('of noise what changed is named', () => {
  expect(whatDiffers(asked(noise({})), asked(noise({ seed: 7, samples: 5 })))).toBe(
    '5 samples, seed 7: “Michelle Jones was a top…”',
  );
  expect(whatDiffers(asked(noise({})), asked(noise({ positions: [1, 2], multiple: 2.5 })))).toBe(
    'noise at 1, 2, noise × 2.5: “Michelle Jones was a top…”',
  );
});

test('settings without a use are no difference', () => {
  expect(whatDiffers(asked(), asked({ by_position: true }))).toBe('Jones / Smith');
});

const named = (title: string, ...asks: Asked[]) =>
  distinctNames(asks.map((each, time) => ({ ...each, title, time })));

test('results of one name are told apart by what differs between them', () => {
  const title = 'noising: Jones / Smith';
  const other = (change: Partial<Experiment>) => asked({ directions: ['noising'], ...change });
  expect(named(title, other({}), other({ window: 3 }), other({ sites: ['z'] }))).toEqual([
    `window 1, resid_post: ${title}`,
    `window 3, resid_post: ${title}`,
    `z, window 1: ${title}`,
  ]);
  const prob = { choice: { ...DEFAULT_CHOICE, metric: 'prob' as const } };
  expect(named(title, asked({}, prob), asked())).toEqual([
    `Probability: ${title}`,
    `the usual metric: ${title}`,
  ]);
});

test('of other prompts that differ in the same words, the first other words tell them apart', () => {
  const school = (name: string) => `Michelle ${name} was a good student. Michelle`;
  const names = named(
    'Jones / Smith',
    asked(),
    asked({ clean: school('Jones'), corrupted: school('Smith') }),
  );
  expect(names).toEqual([
    '“a top-notch student. Mic…”: Jones / Smith',
    '“a good student. Michelle”: Jones / Smith',
  ]);
});

test('what no name says is counted, and names that differ stay as they are', () => {
  const mean = (...prompts: string[]) =>
    asked({ corruption: { kind: 'mean', prompts }, directions: ['noising'] });
  const names = named('mean of 1', mean('a'), mean('b'));
  expect(names).toEqual(['1: mean of 1', '2: mean of 1']);
  expect(
    distinctNames([
      { ...asked(), title: 'a', time: 0 },
      { ...asked(), title: 'b', time: 1 },
    ]),
  ).toEqual(['a', 'b']);
});
