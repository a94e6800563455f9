/** What is said where there is no map, or one of something else. */

import { describe, expect, test } from 'vitest';

import type { Token } from '../../web/src/engine/module';
import { type Standing, whyNoMap, whyOther } from '../../web/src/scene/standing';
import type { LabResult } from '../../web/src/result/result';
import type { LoadedModel, Loading } from '../../web/src/state/model-shelf.svelte';

const tokens = (count: number, from = 0): Token[] =>
  Array.from({ length: count }, (_, at) => ({ id: from + at, text: 'a' }));
const MODEL = {} as LoadedModel;
const RESULT = {} as LabResult;
const REFUSED = { refused: 'corrupted prompt: is empty, expected at least one token' };

const standing = (
  over: Partial<Omit<Standing, 'run' | 'shelf'>> = {},
  run: Partial<Standing['run']> = {},
  shelf: Partial<Standing['shelf']> = {},
): Standing => ({
  isShown: false,
  isRunnable: true,
  outlook: undefined,
  experiment: { corruption: { kind: 'prompt' } },
  tokens: { clean: tokens(3), corrupted: tokens(3, 1) },
  ...over,
  run: { status: 'done', result: RESULT, problem: undefined, ...run },
  shelf: { inUse: MODEL, loading: undefined, problem: undefined, ...shelf },
});

describe('where there is no map', () => {
  const none = { result: undefined, status: 'idle' } as const;

  test('a model that is loaded is on its way, and one that failed or is missing is to be chosen', () => {
    const loading = { source: { id: 'x', label: 'Model X' } } as Loading;
    expect(whyNoMap(standing({}, none, { inUse: undefined, loading }))).toEqual({
      text: 'Model X is on its way…',
      needsModel: false,
    });
    expect(whyNoMap(standing({}, none, { inUse: undefined, problem: 'no such server' }))).toEqual({
      text: 'No model: no such server',
      needsModel: true,
    });
    expect(whyNoMap(standing({}, none, { inUse: undefined })).needsModel).toBe(true);
  });

  test('what is wrong with a load is said once, in the drawer of models where that is open', () => {
    const failed = standing({}, none, { inUse: undefined, problem: 'no such server' });
    expect(whyNoMap(failed, true)).toEqual({ text: 'No model is loaded.', needsModel: true });
  });

  test('nothing is said to be computed that is refused, failed or cancelled', () => {
    expect(whyNoMap(standing({}, none)).text).toBe('The first map is being computed…');
    const { text } = whyNoMap(standing({ outlook: REFUSED, isRunnable: false }, none));
    expect(text).toBe(`No map yet. It cannot be run as it stands: ${REFUSED.refused}.`);
    expect(whyNoMap(standing({}, { ...none, status: 'failed' })).text).toContain('failed');
    expect(whyNoMap(standing({}, { ...none, status: 'cancelled' })).text).toContain('cancelled');
  });
});

describe('where a map is not of what is written', () => {
  test('it says why that is not run, in the counts of tokens where they differ', () => {
    const refused = { outlook: REFUSED, isRunnable: false };
    expect(whyOther(standing(refused))).toBe(`It cannot be run as it stands: ${REFUSED.refused}.`);
    const uneven = { clean: tokens(3), corrupted: tokens(4) };
    expect(whyOther(standing({ ...refused, tokens: uneven }))).toMatch(/^The prompts have 3 and 4/);
    const same = { clean: tokens(3), corrupted: tokens(3) };
    expect(whyOther(standing({ ...refused, tokens: same }))).toMatch(/^The prompts are the same/);
    expect(whyOther(standing({}, { status: 'failed' }))).toBe('Its run failed.');
    expect(whyOther(standing({}, { status: 'cancelled' }))).toContain('cancelled');
    expect(whyOther(standing({}, {}, { inUse: undefined }))).toBe(
      'There is no model to run it with.',
    );
  });

  test('what a run has said below the map is not said again above it', () => {
    const failed = { status: 'failed', problem: REFUSED.refused } as const;
    const refused = { outlook: REFUSED, isRunnable: false };
    expect(whyOther(standing(refused, failed))).toBe('It cannot be run as it stands.');
  });

  test('nothing is said of one that is shown, computed, or about to be', () => {
    const refused = { outlook: REFUSED, isRunnable: false };
    expect(whyOther(standing({ ...refused, isShown: true }))).toBeUndefined();
    expect(whyOther(standing(refused, { status: 'running' }))).toBeUndefined();
    expect(whyOther(standing(refused, { result: undefined }))).toBeUndefined();
    expect(whyOther(standing())).toBeUndefined();
    // Not looked at yet, after another run's end.
    expect(whyOther(standing({ isRunnable: false }, { status: 'cancelled' }))).toBeUndefined();
  });
});
