/** Random queries, the same in every run: whatever a link says, it is read, told back, and read as the same. */

import { expect, test } from 'vitest';

import { type AddressState, fromQuery, toQuery } from '../../web/src/address/address';
import { DEFAULTS, documentOf } from '../../web/src/experiment/defaults';
import type { Experiment } from '../../web/src/experiment/experiment';
import { oneOf, randomNumbers } from './random';

const defaults: Experiment = { ...DEFAULTS, clean: 'a', corrupted: 'b', targets: [' c'] };

const KEYS = [
  ...['model', 'dtype', 'clean', 'clean-ids', 'corrupted', 'corrupted-ids', 'target', 'target-id'],
  ...['continuation', 'site', 'direction', 'by-position', 'window', 'span', 'corruption'],
  ...[
    'noise-positions',
    'multiple',
    'samples',
    'seed',
    'mean-prompt',
    'bos',
    'special-tokens',
    'layers',
    'positions',
    'resid_post-layers',
    'z-layers',
  ],
  ...[
    'metric',
    'reference',
    'of',
    'against',
    'colour',
    'embed',
    'present',
    'anything',
    '__proto__',
  ],
];
const VALUES = [
  ...['', '0', '1', '2', '-1', '1.5', '1e3', '0x10', ' 1', '+1', '01', '1,2', '1,,2', ',', '0-3'],
  ...['3-0', '2-', '7-7', '2147483647', '2147483648', '4294967294', '4294967295', '4294967296'],
  ...['9007199254740991', '9007199254740992', '9'.repeat(22), '9'.repeat(400), '1e400'],
  ...['5e-324', '1e-320', 'Infinity', 'NaN', 'null', 'true', 'false', 'noise', 'zero', 'mean'],
  ...['prompt', 'resid_pre', 'resid_post', 'attn_out', 'z', 'pattern', 'denoising', 'noising'],
  ...['prob', 'logit_diff', 'prob-clean', 'share', 'f16', 'q8', 'q8_0', 'constructor', 'toString'],
  ...['text', 'tokens'],
  ...['%', '%ff', '%00', '\u0000', '\ud800', '😀', 'a&b', 'a=b', 'a+b', '[[[[', '"\\', '\r\n'],
];

function randomQuery(random: () => number): string {
  const one = (from: readonly string[]) => oneOf(random, from);
  const parts = Array.from({ length: Math.floor(random() * 8) }, () => {
    const key = random() < 0.95 ? one(KEYS) : one(VALUES);
    const value = random() < 0.8 ? one(VALUES) : one(VALUES) + one(VALUES);
    // URLSearchParams reads what was not encoded, too.
    return random() < 0.9
      ? `${key}=${encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\uFFFD'))}`
      : `${key}=${value}`;
  });
  return `${random() < 0.5 ? '?' : ''}${parts.join('&')}`;
}

/** Every number in the experiment, whatever it stands for. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}

test('a random query is read, written and read as the same', () => {
  const random = randomNumbers(1);
  for (let round = 0; round < 4000; round += 1) {
    const text = randomQuery(random);
    const { problems, ...state } = fromQuery(text, defaults);
    expect(
      problems.every((problem) => problem !== ''),
      text,
    ).toBe(true);
    const again: AddressState & { problems: string[] } = fromQuery(toQuery(state), defaults);
    expect(again, text).toEqual({ ...state, problems: [] });
  }
}, 60_000);

test('a random query gives the numbers that it has, or none', () => {
  const random = randomNumbers(2);
  for (let round = 0; round < 4000; round += 1) {
    const text = randomQuery(random);
    const { experiment } = fromQuery(text, defaults);
    const { clean, corrupted, targets, region, layers_of_sites: layers, corruption } = experiment;
    const positions = corruption.kind === 'noise' ? corruption.positions : [];
    for (const value of numbersIn([clean, corrupted, targets, region, layers, positions])) {
      expect(Number.isSafeInteger(value), `${text}: ${value}`).toBe(true);
    }
    // JSON has no infinity, and would say null.
    const document: unknown = JSON.parse(
      documentOf({ ...experiment, corruption: { kind: 'prompt' } }),
    );
    const { layers_of_sites = {}, ...asked } = experiment;
    const sites = asked.sites.map((site) => {
      const layers = layers_of_sites[site];
      return layers ? { site, layers } : site;
    });
    expect(document, text).toEqual({ ...asked, sites, corruption: { kind: 'prompt' } });
    expect(JSON.parse(JSON.stringify(corruption)), text).toEqual(corruption);
  }
}, 60_000);
