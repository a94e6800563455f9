import { expect, test } from 'vitest';

import type { Prediction } from '../../web/src/engine/module';
import { DEFAULTS } from '../../web/src/experiment/defaults';
import { presets } from '../../web/src/experiment/presets';
import { contrastOf, followedTargets } from '../../web/src/tokens/follow-targets';
import { FakeTokenizer } from './fake-tokenizer';

const tokenizer = new FakeTokenizer(['Jones', 'Smith', 'Crist', 'Lionel', 'the', 'Ronaldo']);

/** The likeliest first; of texts of different lengths, which tell them apart. */
const answers = (...tokens: [text: string, prob: number][]): Prediction[] =>
  tokens.map(([text, prob]) => ({ id: text.length, text, logit: 0, prob }));
const texts = (tokens: readonly Prediction[]) => tokens.map(({ text }) => text);

test('each run’s likeliest token is measured', () => {
  const clean = answers([' Jones', 0.9], [' Ada', 0.05]);
  const corrupted = answers([' Smiths', 0.9], [' Jones', 0.01]);
  expect(texts(contrastOf({ clean, corrupted }))).toEqual([' Jones', ' Smiths']);
});

test('where both answer the same, what the corruption makes likelier is its contrast', () => {
  const clean = answers([' Crist', 0.5], [' the', 0.2], [' Lionel', 0.05]);
  const corrupted = answers([' Crist', 0.4], [' the', 0.21], [' Lionel', 0.15]);
  expect(texts(contrastOf({ clean, corrupted }))).toEqual([' Crist', ' Lionel']);
});

test('a token that the clean run’s list does not have was below all that it has', () => {
  const clean = answers([' Crist', 0.5], [' the', 0.2]);
  const corrupted = answers([' Crist', 0.4], [' the', 0.25], [' Lionel', 0.24]);
  // 0.24 is more than 0.2 by at least 0.04, and 0.25 by 0.05.
  expect(texts(contrastOf({ clean, corrupted }))).toEqual([' Crist', ' the']);
});

test('where nothing becomes likelier, the corrupted run’s next is the contrast', () => {
  const clean = answers([' Crist', 0.5], [' the', 0.3], [' Lionel', 0.1]);
  const corrupted = answers([' Crist', 0.5], [' the', 0.3], [' Lionel', 0.1]);
  expect(texts(contrastOf({ clean, corrupted }))).toEqual([' Crist', ' the']);
});

test('without a corrupted prompt the clean run’s first two are measured, or what there is', () => {
  const clean = answers([' Jones', 0.9], [' Ada', 0.05]);
  expect(texts(contrastOf({ clean, corrupted: [] }))).toEqual([' Jones', ' Ada']);
  expect(texts(contrastOf({ clean: clean.slice(0, 1), corrupted: clean.slice(0, 1) }))).toEqual([
    ' Jones',
  ]);
  expect(contrastOf({ clean: [], corrupted: [] })).toEqual([]);
});

const engine = (of: Record<string, string>) => ({
  ...tokenizer,
  resolveTarget: tokenizer.resolveTarget,
  predict: async (prompt: string | number[]) =>
    (await tokenizer.tokenize(of[String(prompt)] ?? '')).map((token, index) => ({
      ...token,
      logit: -index,
      prob: 0.5 ** (index + 1),
    })),
});
const asked = { ...DEFAULTS, clean: 'a', corrupted: 'b', targets: [' x'] };

test('targets are texts, and ids where a text is not that very token', async () => {
  const found = await followedTargets(engine({ a: ' Jones', b: ' Smith' }), asked);
  expect(found).toEqual([' Jones', ' Smith']);
  const broken = {
    ...engine({ a: ' Jones', b: ' Smith' }),
    resolveTarget: (text: string) =>
      text === ' Jones' ? Promise.reject(new Error('several')) : Promise.resolve({ id: -1, text }),
  };
  const ids = await Promise.all([
    tokenizer.resolveTarget(' Jones'),
    tokenizer.resolveTarget(' Smith'),
  ]);
  expect(await followedTargets(broken, asked)).toEqual(ids.map(({ id }) => id));
});

test('targets that are followed already stay the very same', async () => {
  const same = { ...asked, targets: [' Jones', ' Smith'] };
  expect(await followedTargets(engine({ a: ' Jones', b: ' Smith' }), same)).toBe(same.targets);
});

test('of noise and of ablations only the clean prompt is asked', async () => {
  const prompts: unknown[] = [];
  const { predict, ...rest } = engine({ a: ' Jones Smith' });
  const heard = {
    ...rest,
    predict: (prompt: string | number[]) => {
      prompts.push(prompt);
      return predict(prompt);
    },
  };
  const ablated = { ...asked, corruption: { kind: 'zero' as const } };
  expect(await followedTargets(heard, ablated)).toEqual([' Jones', ' Smith']);
  expect(prompts).toEqual(['a']);
});

test('the examples contrast two answers, not two names of one player', () => {
  expect(presets.map(({ targets }) => targets.slice(0, 2))).toEqual([
    [' Jones', ' Smith'],
    [' Crist', ' Lionel'],
    [' Crist', ' Lionel'],
  ]);
});
