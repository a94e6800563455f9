/** Numbers from a file beside those computed here: what was changed in the file does not go unnoticed. */

import { describe, expect, test } from 'vitest';

import { documentOf } from '../../web/src/experiment/defaults';
import { OpenError } from '../../web/src/opening/json-tree';
import { openDocument } from '../../web/src/opening/open-document';
import { requireTokensOf } from '../../web/src/opening/tokens-of-engine';
import type { LabResult } from '../../web/src/result/result';
import { compareNumbers, samenessText } from '../../web/src/result/same-numbers';
import type { EngineAccess } from '../../web/src/worker/engine-access';
import type { SavedResult } from '../../web/src/taking/saved';
import { oldFiles, oldText } from './old-files';
import { oneOf, randomNumbers } from './random';

const SHAPE = () => ({ nLayer: 4, nHead: 4 });
const PAGE = oldText('2026-11/page/prompts.json');

const opened = (text: string): LabResult => {
  const { saved } = openDocument(text, SHAPE);
  if (!saved) throw new Error('no numbers');
  return saved.result;
};
const withChange = (change: (saved: SavedResult) => unknown): LabResult => {
  const saved = JSON.parse(PAGE) as SavedResult;
  change(saved);
  return opened(JSON.stringify(saved));
};
const logits = ({ results }: SavedResult) => results.sweeps[0]!.logit as number[][][];

describe('numbers from a file and those computed here', () => {
  test.each(oldFiles('page'))('of $name are the same as themselves', ({ text }) => {
    const { compared, differing, skipped, worst } = compareNumbers(opened(text), opened(text));
    expect(compared).toBeGreaterThan(10);
    expect([differing, worst]).toEqual([0, undefined]);
    expect(skipped).toBeGreaterThanOrEqual(0);
  });

  test('that differ less than two machines do are the same', () => {
    const other = withChange((saved) => (logits(saved)[0]![1]![1]! += 0.0005));
    const found = compareNumbers(other, opened(PAGE));
    expect(found.worst).toBeUndefined();
    expect(samenessText(found)).toBe(`Computed here: the same, ${found.compared} numbers.`);
  });

  test('that differ in one cell are told with the cell, both numbers and whose they are', () => {
    const was = logits(JSON.parse(PAGE) as SavedResult)[0]![1]![1]!;
    const other = withChange((saved) => (logits(saved)[0]![1]![1] = 7.5));
    const found = compareNumbers(other, opened(PAGE));
    expect(found.differing).toBe(1);
    expect(samenessText(found)).toContain(
      'NOT the same, 1 of ' +
        `${found.compared} numbers differ, most at resid_post, denoising, Layer 1, position 1, ·Jones / ·Smith: ` +
        `Logit of “·Jones” is 7.5 in the file, ${was} here.`,
    );
  });

  test('of cells that neither has nothing is counted', () => {
    const partial = oldText('2026-11/partial.json');
    expect(compareNumbers(opened(partial), opened(partial)).skipped).toBe(0);
    const withGap = () => {
      const result = opened(PAGE);
      for (const { measures, notFinite } of result.sweeps) {
        measures.values.fill(Number.NaN);
        notFinite.fill(0);
      }
      return result;
    };
    expect(compareNumbers(withGap(), withGap()).skipped).toBe(0);
    const cells = withGap().sweeps.reduce((sum, { measures }) => sum + measures.cells, 0);
    expect(compareNumbers(withGap(), opened(PAGE)).skipped).toBe(cells);
    expect(compareNumbers(opened(PAGE), withGap()).skipped).toBe(cells);
  });

  test('of rows that one of them has not are counted', () => {
    const found = compareNumbers(opened(oldText('2026-11/partial.json')), opened(PAGE));
    expect(found.skipped).toBeGreaterThan(0);
    expect(samenessText(found)).toMatch(/\d+ cells that only one of the two has: not compared/);
  });
});

interface Leaf {
  path: (string | number)[];
  value: unknown;
}

function leavesOf(value: unknown, path: (string | number)[] = []): Leaf[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value);
  return entries.flatMap(([key, item]) => leavesOf(item, [...path, key]));
}

function put(document: unknown, [key, ...path]: readonly (string | number)[], value: unknown) {
  const object = document as Record<string | number, unknown>;
  if (key === undefined) return;
  if (path.length === 0) object[key] = value;
  else put(object[key], path, value);
}

/** Another value of the same kind, as somebody may type it; of a number one that is not within any tolerance. */
function another(value: unknown, random: () => number): unknown {
  if (typeof value === 'number') {
    return oneOf(random, [value + 1, value + 0.25, -value - 1, value * 1.5 + 0.1, 1 - value, 7]);
  }
  if (typeof value === 'string') return oneOf(random, [`${value}x`, ' Brown', '', `${value} a`]);
  return oneOf(random, [0.5, null, 'a']);
}

const ofModel = ({ model: { id, label, dtype, digest } }: LabResult) =>
  JSON.stringify([id, label, dtype, digest]);

test('one field of a saved result that is changed at random is refused, or it is told what differs', () => {
  const random = randomNumbers(7);
  const whole = opened(PAGE);
  const leaves = leavesOf(JSON.parse(PAGE));
  const ends = { refused: 0, named: 0, differs: 0 };
  for (let round = 0; round < 6000; round++) {
    const document: unknown = JSON.parse(PAGE);
    const { path, value } = oneOf(random, leaves);
    const other = another(value, random);
    if (other === value || Math.abs(Number(other) - Number(value)) < 0.01) continue;
    put(document, path, other);
    const what = `${path.join('.')}: ${JSON.stringify(value)} → ${JSON.stringify(other)}`;
    let result: LabResult | undefined;
    try {
      result = opened(JSON.stringify(document));
    } catch (error) {
      expect(error, what).toBeInstanceOf(OpenError);
      ends.refused++;
      continue;
    }
    const isText = ['clean', 'corrupted', 'targets', 'tokens'].includes(String(path[0]));
    // Whose numbers they are, and of which settings, the page says; another id of a token the tokenizer knows.
    const isNamed =
      ofModel(result) !== ofModel(whole) ||
      documentOf(result.experiment) !== documentOf(whole.experiment) ||
      path.at(-1) === 'id' ||
      (path.includes('top') && path.at(-1) === 'text');
    if (isNamed) {
      expect(isText && path.at(-1) !== 'id', what).toBe(false);
      ends.named++;
      continue;
    }
    expect(compareNumbers(result, whole).worst, what).toBeDefined();
    ends.differs++;
  }
  expect(Math.min(ends.refused, ends.differs)).toBeGreaterThan(500);
  expect(ends.named).toBeGreaterThan(0);
}, 60_000);

describe('tokens of a file', () => {
  const own = opened(PAGE);
  const { tokensClean, tokensCorrupted, targets } = own.start;
  const tokenizer = {
    tokenize: (prompt: string | number[]) => {
      if (typeof prompt !== 'string') {
        const known = [...own.start.topClean, ...own.start.topCorrupted];
        return Promise.resolve(prompt.map((id) => known.find((token) => token.id === id)!));
      }
      return Promise.resolve(prompt === own.experiment.clean ? tokensClean : tokensCorrupted);
    },
    resolveTarget: (text: string) =>
      Promise.resolve(targets.find((target) => target.text === text)!.tokens[0]!),
  };
  const engine = {
    reading: () =>
      ({ ...tokenizer, tokenizePrompt: tokenizer.tokenize }) as unknown as EngineAccess,
  };

  test('that the tokenizer of its model makes are taken', async () => {
    await expect(requireTokensOf(engine, own)).resolves.toBeUndefined();
  });

  test.each([
    ['tokens.clean', (saved: SavedResult) => (saved.tokens.clean[3]!.id = 2000)],
    ['tokens.corrupted', (saved: SavedResult) => (saved.tokens.corrupted[3]!.id = 2000)],
    ['results.top', (saved: SavedResult) => (saved.results.top.clean[4]!.text = ' Brown')],
    ['results.targets[1]', ({ results }: SavedResult) => (results.targets[1]!.tokens[0]!.id = 9)],
  ])('with another id in %s are refused', async (place, change) => {
    const saved = JSON.parse(PAGE) as SavedResult;
    change(saved);
    const { result } = openDocument(JSON.stringify(saved), SHAPE).saved!;
    await expect(requireTokensOf(engine, result)).rejects.toThrow(`"${place}": `);
  });
});
