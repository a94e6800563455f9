/** Random changes of documents and saved results: what opens says the same, everything else is refused. */

import { expect, test } from 'vitest';

import { documentOf, settled } from '../../web/src/experiment/defaults';
import { OpenError } from '../../web/src/opening/json-tree';
import { openDocument } from '../../web/src/opening/open-document';
import { savedJson } from '../../web/src/taking/saved';
import { whatIsIt } from '../../web/src/opening/what-is-it';
import { savedExample } from './example-result';
import { filled, isOfIds } from './filled-document';
import { oldFiles } from './old-files';
import { oneOf, randomNumbers } from './random';

const DOCUMENTS = oldFiles('documents').filter(({ text }) => !isOfIds(text));
const VALUES: unknown[] = [
  ...[
    null,
    true,
    false,
    '',
    'a',
    ' Jones',
    'z',
    'resid_post',
    'pairs',
    'noising',
    'prompt',
    'mean',
  ],
  ...['noise', 'zero', 0, 1, 2, 3, -1, 1.5, 1e10, 2 ** 31, 2 ** 53, 1e308, 5e-324, '__proto__'],
  ...[[{ site: 'z', layers: [0, 2] }], [{ site: 'resid_pre', layers: [0, 1] }, 'resid_post']],
  ...[[], {}, [0], [1, 2], [2, 1], ['z'], ['z', 'z'], ['noising', 'denoising'], { kind: 'zero' }],
  ...[
    { continuation: 'b' },
    { kind: 'noise', positions: [1] },
    { kind: 'mean', prompts: ['a', ''] },
  ],
  ...[
    { layers: [0, 2], positions: [1, 3] },
    { layers: [2, 2], positions: [1, 3] },
  ],
];
const KEYS = [
  ...['patchboard', 'model', 'clean', 'corrupted', 'targets', 'sites', 'directions', 'by_position'],
  ...['corruption', 'window', 'span', 'region', 'kind', 'positions', 'multiple', 'samples', 'seed'],
  ...['layers', 'site', 'prompts', 'continuation', 'Clean', 'target', '__proto__', 'constructor'],
];

/** A value somewhere in it is another, is gone, or is there under another key. */
function changed(value: unknown, random: () => number): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.3) return oneOf(random, VALUES);
  if (Array.isArray(value)) {
    const list = value as unknown[];
    const at = Math.floor(random() * (list.length + 1));
    if (random() < 0.3) return list.toSpliced(at, 1);
    if (random() < 0.3) return list.toSpliced(at, 0, oneOf(random, [...VALUES, ...list]));
    return list.map((item, index) => (index === at ? changed(item, random) : item));
  }
  const entries = Object.entries(value);
  const at = Math.floor(random() * entries.length);
  if (random() < 0.2) entries.splice(at, 1);
  else if (random() < 0.3) entries.push([oneOf(random, KEYS), oneOf(random, VALUES)]);
  else if (random() < 0.2) entries[at] = [oneOf(random, KEYS), entries[at]?.[1]];
  else if (entries[at]) entries[at] = [entries[at][0], changed(entries[at][1], random)];
  return Object.fromEntries(entries) as unknown;
}

/** As somebody may spoil it in an editor. */
function spoilt(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length);
  const put = oneOf(random, [
    '',
    '"',
    ',',
    '0',
    '.0',
    '-',
    'e1',
    '[',
    '}',
    ' ',
    'null',
    '\\u0041',
    '😀',
  ]);
  return text.slice(0, at) + put + text.slice(at + Math.floor(random() * 3));
}

function opened(text: string) {
  try {
    return openDocument(text, () => ({ nLayer: 4, nHead: 4 }));
  } catch (error) {
    expect(error, text).toBeInstanceOf(OpenError);
    expect((error as Error).message, text).toMatch(/^experiment/);
    return undefined;
  }
}

test('a document that was changed at random is refused, or opens as exactly what it says', () => {
  const random = randomNumbers(1);
  let opens = 0;
  for (let round = 0; round < 20_000; round++) {
    let document: unknown = JSON.parse(oneOf(random, DOCUMENTS).text);
    for (let times = 1 + Math.floor(random() * 3); times > 0; times--) {
      document = changed(document, random);
    }
    let text = JSON.stringify(document);
    if (random() < 0.3) text = spoilt(text, random);
    const found = opened(text);
    if (!found) continue;
    opens++;
    const said = filled(JSON.parse(text) as Record<string, unknown>);
    const run = JSON.parse(documentOf(settled(found.experiment))) as object;
    expect(run, text).toEqual(said);
  }
  expect(opens).toBeGreaterThan(800);
}, 120_000);

test('a saved result that was changed at random is refused, or is saved again as what it was', () => {
  const random = randomNumbers(2);
  const whole = savedJson(savedExample());
  let opens = 0;
  for (let round = 0; round < 10_000; round++) {
    const text = spoilt(whole, random);
    const found = opened(text);
    if (!found?.saved) continue;
    opens++;
    const again = JSON.parse(savedJson(found.saved.result, found.model?.digest)) as object;
    const [before, after] = [JSON.parse(text) as object, again].map((saved) =>
      JSON.stringify(saved, (_, part: unknown) =>
        typeof part === 'number' ? Math.fround(part) : part,
      ),
    );
    expect(after, text).toBe(before);
  }
  expect(opens).toBeGreaterThan(800);
}, 120_000);

test('whatever is dropped, it is told what it is', () => {
  const random = randomNumbers(3);
  const texts = [...oldFiles('documents'), ...oldFiles('pairs')].map(({ text }) => text);
  for (let round = 0; round < 5000; round++) {
    const found = whatIsIt('', spoilt(oneOf(random, texts), random));
    if (found.kind === 'unknown') expect(found.why).not.toBe('');
  }
}, 60_000);
