/** The token before every prompt, and special tokens in texts: in documents, links, names and saved results. */

import { expect, test } from 'vitest';

import { fromQuery, toQuery } from '../../web/src/address/address';
import { DEFAULTS, documentOf, keyOf } from '../../web/src/experiment/defaults';
import type { Experiment } from '../../web/src/experiment/experiment';
import {
  promptOptions,
  tokensBefore,
  withBos,
  withSpecialTokens,
} from '../../web/src/experiment/prompt-options';
import { whatDiffers } from '../../web/src/history/what-differs';
import { InputValue } from '../../web/src/opening/input-value';
import { requireOwnPrompts } from '../../web/src/opening/own-tokens';
import { readExperiment } from '../../web/src/opening/read-experiment';
import { DEFAULT_CHOICE } from '../../web/src/result/metrics';
import { settingsText } from '../../web/src/result/settings-text';
import { exampleResult, MODEL } from './example-result';
import { oneOf, randomNumbers } from './random';

const NOISED: Experiment = {
  ...DEFAULTS,
  corruption: { kind: 'noise', positions: [0, 2], multiple: 3, samples: 1, seed: 0 },
  region: { layers: [0, 2], positions: [0, 4] },
};

const read = (document: object) =>
  readExperiment(InputValue.parse(JSON.stringify(document), 'experiment'));

test('what is held by its position stays with its word', () => {
  const on = withBos(NOISED, true);
  expect(on.bos).toBe(true);
  expect(on.corruption).toMatchObject({ positions: [1, 3] });
  expect(on.region).toEqual({ layers: [0, 2], positions: [1, 5] });
  expect(withBos(on, true)).toBe(on);
  expect(documentOf(withBos(on, false))).toBe(documentOf(NOISED));
});

test('what was of the token alone is let go with it', () => {
  const of = (positions: number[], bounds: [number, number]): Experiment => ({
    ...withBos(NOISED, true),
    corruption: { kind: 'noise', positions, multiple: 3, samples: 1, seed: 0 },
    region: { layers: [0, 2], positions: bounds },
  });
  const without = withBos(of([0, 1], [0, 1]), false);
  expect(without.corruption).toMatchObject({ positions: [0] });
  expect(without).not.toHaveProperty('region');
  expect(withBos(of([0], [0, 3]), false).corruption).toMatchObject({ positions: [0] });
  expect(withBos(of([1], [0, 3]), false).region?.positions).toEqual([0, 2]);
});

test('a document says them only where they are not as usual, and is read as the same', () => {
  expect(documentOf(DEFAULTS)).not.toMatch(/bos|special/);
  const both = withSpecialTokens(withBos(NOISED, true), false);
  const document = JSON.parse(documentOf(both)) as object;
  expect(document).toMatchObject({ bos: true, special_tokens: false });
  expect(keyOf(read(document))).toBe(keyOf(both));
  expect(keyOf(read({ ...document, bos: false, special_tokens: true }))).toBe(
    keyOf({ ...both, bos: undefined, special_tokens: undefined } as unknown as Experiment),
  );
  expect(() => read({ ...document, bos: 1 })).toThrow('"bos": 1, expected true or false');
  expect(promptOptions(both)).toEqual({ bos: true, specialTokens: false });
  expect([tokensBefore(both), tokensBefore(NOISED)]).toEqual([1, 0]);
});

test('the order in which they were set tells no experiments apart', () => {
  const one = withSpecialTokens(withBos(NOISED, true), false);
  const other = withBos(withSpecialTokens(NOISED, false), true);
  expect(documentOf(one)).toBe(documentOf(other));
});

test('links hold them, whatever else they hold', () => {
  const random = randomNumbers(15);
  for (let round = 0; round < 500; round++) {
    let experiment: Experiment = oneOf(random, [DEFAULTS, NOISED]);
    experiment = withBos(experiment, random() < 0.5);
    experiment = withSpecialTokens(experiment, random() < 0.5);
    const state = { model: 'embedded', dtype: undefined, experiment, choice: DEFAULT_CHOICE };
    const back = fromQuery(toQuery(state), DEFAULTS);
    expect(back.problems).toEqual([]);
    expect(documentOf(back.experiment)).toBe(documentOf(experiment));
  }
  expect(
    toQuery({
      model: 'embedded',
      dtype: undefined,
      experiment: withBos(DEFAULTS, true),
      choice: DEFAULT_CHOICE,
    }),
  ).toMatch(/&bos(&|$)/);
  expect(fromQuery('?bos&special-tokens=no', DEFAULTS).problems).toEqual([
    'the address has "special-tokens=no", expected tokens, text',
  ]);
});

test('results are named and told by them', () => {
  const asked = (experiment: Experiment) => ({ experiment, model: MODEL, choice: DEFAULT_CHOICE });
  const on = withBos(DEFAULTS, true);
  expect(whatDiffers(asked(DEFAULTS), asked(on))).toMatch(/^with bos: /);
  expect(whatDiffers(asked(on), asked(DEFAULTS))).toMatch(/^without bos: /);
  expect(whatDiffers(asked(on), asked(withSpecialTokens(on, false)))).toMatch(
    /^special tokens as text: /,
  );
  expect(settingsText({ experiment: on, model: MODEL })).toContain(
    'Before every prompt: the token that begins texts, as position 0',
  );
  expect(settingsText({ experiment: DEFAULTS, model: MODEL }).join()).not.toContain('Before every');
});

test('a saved result’s tokens begin with the token where its document says so', () => {
  const { start } = exampleResult();
  const text = start.tokensClean.map((token) => token.text).join('');
  const other = start.tokensCorrupted.map((token) => token.text).join('');
  const bos = { id: 50256, text: '<|endoftext|>' };
  const value = InputValue.parse('{"clean": [], "corrupted": []}', 'tokens');
  const of = (before: Experiment, isThere: boolean) => () => {
    const added = isThere ? [bos] : [];
    const clean = [...added, ...start.tokensClean];
    const corrupted = [...added, ...start.tokensCorrupted];
    const experiment = { ...before, clean: text, corrupted: other };
    requireOwnPrompts(value, { clean, corrupted, mean: undefined }, experiment);
  };
  expect(of(withBos(DEFAULTS, true), true)).not.toThrow();
  expect(of(DEFAULTS, false)).not.toThrow();
  expect(of(DEFAULTS, true)).toThrow('expected what "clean" is');
  expect(of(withBos(DEFAULTS, true), false)).toThrow('expected what "clean" is');
});
