import { expect, test } from 'vitest';

import { DEFAULTS, documentOf, settled, unused } from '../../web/src/experiment/defaults';
import { targetLabel, uniqueTargets } from '../../web/src/tokens/targets';
import { replaceTokens } from '../../web/src/tokens/token-edit';

test('settings without a use do not reach the core', () => {
  const heads = { ...DEFAULTS, sites: ['resid_post' as const, 'z' as const], window: 3, span: 2 };
  expect(settled(heads)).toMatchObject({ window: 1, span: 1, by_position: false });
  expect(settled({ ...heads, by_position: true })).toMatchObject({ span: 2, by_position: true });
  expect(settled({ ...DEFAULTS, by_position: true }).by_position).toBe(false);
  expect(settled({ ...DEFAULTS, window: 3, span: 2 })).toMatchObject({ window: 3, span: 2 });
  expect(unused(DEFAULTS)).toMatchObject({ window: false, span: false });
});

test('an ablation is noising, and has no corrupted prompt', () => {
  const zero = settled({ ...DEFAULTS, corruption: { kind: 'zero' } });
  expect(zero.directions).toEqual(['noising']);
  expect(JSON.parse(documentOf(zero))).not.toHaveProperty('corrupted');
  expect(JSON.parse(documentOf(DEFAULTS))).toHaveProperty('corrupted');
});

test('empty lines are no prompts of a mean', () => {
  const mean = { kind: 'mean' as const, prompts: ['a', '', 'b', ''] };
  expect(settled({ ...DEFAULTS, corruption: mean }).corruption).toEqual({
    kind: 'mean',
    prompts: ['a', 'b'],
  });
});

test('targets are told apart by what they measure', () => {
  const targets = [' a', { continuation: ' a' }, ' a', 7, { continuation: ' a' }];
  expect(uniqueTargets(targets)).toEqual([' a', { continuation: ' a' }, 7]);
  expect(uniqueTargets(targets).map(targetLabel)).toEqual(['·a', '·a', '#7']);
});

/** Reads "ab" as one token, everything else letter by letter. */
const tokenizer = {
  tokenize: (text: string) =>
    Promise.resolve(
      (text.match(/ab|./g) ?? []).map((part) => ({ text: part, id: part.charCodeAt(0) })),
    ),
};
const letter = (text: string) => ({ text, id: text.charCodeAt(0) });

test('a replaced token gives a text, or ids where the text would be split otherwise', async () => {
  const tokens = ['x', 'y', 'b'].map(letter);
  expect(await replaceTokens(tokenizer, tokens, 0, [letter('z')])).toBe('zyb');
  expect(await replaceTokens(tokenizer, tokens, 1, [letter('a')])).toEqual([120, 97, 98]);
});
