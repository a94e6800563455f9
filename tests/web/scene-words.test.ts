/** What the map asks and what is said to be patched: true for each metric, direction and shape of a patch. */

import { expect, test } from 'vitest';

import type { ExperimentStart } from '../../web/src/engine/module';
import { DEFAULTS } from '../../web/src/experiment/defaults';
import type { Corruption } from '../../web/src/experiment/experiment';
import type { Metric, Subject } from '../../web/src/result/metrics';
import type { Place } from '../../web/src/result/panels';
import type { LabResult } from '../../web/src/result/result';
import { headsText, patchedText, titleOf } from '../../web/src/scene/patch-text';
import { questionOf } from '../../web/src/scene/question';
import { insteadOfPrompt } from '../../web/src/scene/runs-text';
import { empty, start } from './lab-result';
import { tableOf } from './measure-tables';

/** Two targets' logits, probabilities and ranks in both runs, and which of them each run says. */
const runs = (
  clean: [number, number],
  corrupted: [number, number],
  said: [number, number] = [0, 1],
): ExperimentStart => {
  const run = (logit: [number, number]) =>
    tableOf(start.targets.length, 1, {
      logit: [...logit, 0],
      prob: [0.5, 0.5, 0],
      rank: [...logit.map((value) => 100 - value), 1],
      kl: [0],
      entropy: [1],
    });
  const [topClean = [], topCorrupted = []] = said.map((index) =>
    (start.targets[index]?.tokens ?? []).map((token) => ({ ...token, prob: 0.5, logit: 1 })),
  );
  return { ...start, clean: run(clean), corrupted: run(corrupted), topClean, topCorrupted };
};

const asked = (
  of: ExperimentStart,
  metric: Metric,
  direction: 'denoising' | 'noising',
  subject: Subject = { target: 0, against: 1 },
  corruption: Corruption = { kind: 'prompt' },
) => {
  const result: LabResult = { ...empty, start: of, experiment: { ...DEFAULTS, corruption } };
  return questionOf(result, direction, { metric, reference: 'raw', subject });
};

const name = (index: number) => start.targets[index]?.text.replaceAll(' ', '·') ?? '';
const [first, second] = [name(0), name(1)];

test('a place brings the answer of the run that it is from, and takes the other one away', () => {
  const of = runs([9, 2], [3, 8]);
  const other = { target: 1, against: 1 };
  expect(asked(of, 'logit', 'denoising')).toBe(`What in the clean run brings “${first}” back?`);
  expect(asked(of, 'logit', 'noising', other)).toBe(
    `What in the corrupted run brings “${second}”?`,
  );
  expect(asked(of, 'logit', 'denoising', other)).toBe(
    `What in the clean run takes “${second}” away?`,
  );
});

test('a logit difference is asked for with both targets', () => {
  const of = runs([9, 2], [3, 8]);
  expect(asked(of, 'logit_diff', 'denoising')).toBe(
    `What in the clean run brings “${first}” back, against “${second}”?`,
  );
  expect(asked(of, 'logit_diff', 'noising')).toBe(
    `What in the corrupted run takes “${first}” away, against “${second}”?`,
  );
  const ablated: [Subject, Corruption] = [{ target: 0, against: 1 }, { kind: 'zero' }];
  expect(asked(of, 'logit_diff', 'noising', ...ablated)).toBe(
    `What, taken out, takes “${first}” away, against “${second}”?`,
  );
});

test('what both runs say no place brings or takes', () => {
  const alike = runs([9, 2], [6, 5], [0, 0]);
  expect(asked(alike, 'logit_diff', 'denoising')).toBe(
    `Both say “${first}”: what in the clean run raises it against “${second}”?`,
  );
  expect(asked(alike, 'prob', 'noising')).toMatch(/^Both say .* moves it\?$/);
  expect(asked(alike, 'logit', 'denoising', { target: 1, against: 1 })).toBe(
    `Both say “${first}”: what in the clean run lowers “${second}”?`,
  );
});

test('what no run says no place brings or takes, nor of an ablation', () => {
  const neither = runs([9, 2], [3, 8], [2, 2]);
  const of = { ...neither, topCorrupted: [] };
  expect(asked(of, 'logit_diff', 'noising')).toBe(
    `What in the corrupted run lowers “${first}” against “${second}”?`,
  );
  expect(asked(neither, 'logit', 'noising', undefined, { kind: 'zero' })).toBe(
    `What, taken out, lowers “${first}”?`,
  );
});

test('a rank is better where it is lower', () => {
  expect(asked(runs([9, 2], [3, 8]), 'rank', 'denoising')).toMatch(/brings “.*” back/);
});

test('of what the runs hardly differ in it is asked what moves it', () => {
  expect(asked(runs([5, 1], [5.01, 1]), 'logit', 'denoising')).toMatch(/moves “.*”/);
});

test('what needs no target is asked for by its name', () => {
  expect(asked(start, 'kl', 'denoising')).toBe(
    'What is the KL divergence with a place copied from the clean run?',
  );
  expect(asked(start, 'entropy', 'noising', undefined, { kind: 'zero' })).toBe(
    'What is the entropy with a place taken out?',
  );
});

const ONE: Place = { layer: 1, lastLayer: 1, head: -1, position: 0, lastPosition: 0 };

test.each<[Corruption['kind'], 'denoising' | 'noising', Partial<Place>, string]>([
  ['prompt', 'denoising', {}, 'this one vector from the clean run'],
  ['prompt', 'noising', { head: 2 }, 'this head at this one position from the corrupted run'],
  ['zero', 'noising', {}, 'this one vector set to zero'],
  ['mean', 'noising', { lastLayer: 2 }, '2 vectors (layers 1–2, position 0) replaced by the mean'],
  [
    'noise',
    'denoising',
    { lastLayer: 2, lastPosition: 2 },
    '6 vectors (layers 1–2, positions 0–2) from the clean run',
  ],
  [
    'prompt',
    'denoising',
    { head: 1, position: -1, lastPosition: -1 },
    'this head at every position from the clean run',
  ],
])('a patch of %s, %s, %o: %s', (kind, direction, place, text) => {
  expect(patchedText({ kind }, direction, { ...ONE, ...place })).toBe(text);
});

test('of the heads of a layer it says what of them is patched, and with what', () => {
  expect(headsText(4, { kind: 'prompt' }, 'noising')).toBe(
    'Heads of layer 4, each alone: its z at all positions, from the corrupted run',
  );
  expect(headsText(4, { kind: 'noise' }, 'denoising')).toMatch(/from the clean run$/);
  expect(headsText(0, { kind: 'zero' }, 'noising')).toMatch(/at all positions, set to zero$/);
});

test('the title names every layer and position of the patch', () => {
  const word = (at: number) => start.tokensClean[at]?.text.replaceAll(' ', '·') ?? '';
  expect(titleOf('resid_post', ONE, start)).toBe(`after layer 1, at “${word(0)}”`);
  expect(titleOf('resid_pre', { ...ONE, position: 1, lastPosition: 1 }, start)).toBe(
    `what enters layer 1, at the last “${word(1)}”`,
  );
  expect(titleOf('mlp_out', { ...ONE, lastLayer: 2, lastPosition: 1 }, start)).toBe(
    `mlp_out, layers 1–2, at “${word(0)} … ${word(1)}”`,
  );
  // A bare space, and a word that stands elsewhere too, say no place.
  const tokensClean = [' a', ' b', ' ', ' a', ' c', ' b'].map((text, id) => ({ id, text }));
  const titleAt = (position: number, lastPosition = position) =>
    titleOf('resid_post', { ...ONE, position, lastPosition }, { ...start, tokensClean });
  expect(titleAt(2)).toBe('after layer 1, at “·”, position 2');
  expect(titleAt(3)).toBe('after layer 1, at “·a”, position 3');
  expect(titleAt(4)).toBe('after layer 1, at “·c”');
  expect(titleAt(5)).toBe('after layer 1, at the last “·b”');
  expect(titleAt(1, 2)).toBe('after layer 1, at “·b … ·”, positions 1–2');
  expect(titleOf('z', { ...ONE, head: 2, position: -1, lastPosition: -1 }, start)).toBe('head 1.2');
});

test('noise is said to be on the word, or on the words, that are underlined', () => {
  const noise = { kind: 'noise', multiple: 3, samples: 1, seed: 0 } as const;
  expect(insteadOfPrompt({ ...noise, positions: [1] })).toContain('the word that is underlined');
  expect(insteadOfPrompt({ ...noise, positions: [1, 2] })).toContain('the words that are under');
});
