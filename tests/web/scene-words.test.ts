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

/** Two targets' logits, probabilities and ranks in both runs. */
const runs = (clean: [number, number], corrupted: [number, number]): ExperimentStart => {
  const run = (logit: [number, number]) =>
    tableOf(start.targets.length, 1, {
      logit: [...logit, 0],
      prob: [0.5, 0.5, 0],
      rank: [...logit.map((value) => 100 - value), 1],
      kl: [0],
      entropy: [1],
    });
  return { ...start, clean: run(clean), corrupted: run(corrupted) };
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

test('a place brings the answer of the run that it is copied from, and takes the other one away', () => {
  const of = runs([9, 2], [3, 8]);
  const [first, second] = [name(0), name(1)];
  const other = { target: 1, against: 0 };
  expect(asked(of, 'logit', 'denoising')).toBe(
    `Which place, copied from the clean run, brings “${first}” back?`,
  );
  expect(asked(of, 'logit_diff', 'noising')).toBe(
    `Which place, copied from the corrupted run, takes “${first}” away?`,
  );
  expect(asked(of, 'logit_diff', 'denoising', other)).toBe(
    `Which place, copied from the clean run, takes “${second}” away?`,
  );
  expect(asked(of, 'logit', 'noising', other)).toBe(
    `Which place, copied from the corrupted run, brings “${second}”?`,
  );
});

test('a rank is better where it is lower', () => {
  expect(asked(runs([9, 2], [3, 8]), 'rank', 'denoising')).toMatch(/brings “.*” back/);
});

test('of what both runs say alike no place is said to bring or take it', () => {
  expect(asked(runs([5, 1], [5.01, 1]), 'logit', 'denoising')).toMatch(/changes “.*” most/);
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
  expect(titleOf('z', { ...ONE, head: 2, position: -1, lastPosition: -1 }, start)).toBe('head 1.2');
});

test('noise is said to be on the word, or on the words, that are underlined', () => {
  const noise = { kind: 'noise', multiple: 3, samples: 1, seed: 0 } as const;
  expect(insteadOfPrompt({ ...noise, positions: [1] })).toContain('the word that is underlined');
  expect(insteadOfPrompt({ ...noise, positions: [1, 2] })).toContain('the words that are under');
});
