/**
 * Links and embeds of earlier versions (tests/old/) still say what they said; but noise of which a link does not say
 * how many samples has the document's one, where it had the page's five.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import { fromQuery } from '../../web/src/address/address';
import { DEFAULTS, documentOf, settled } from '../../web/src/experiment/defaults';

interface OldLink {
  name: string;
  query: string;
  opened: { model: string; dtype?: string; choice: object; embed: boolean };
  document: object;
}

const OLD = fileURLToPath(new URL('../old', import.meta.url));
const corpora = readdirSync(OLD, { withFileTypes: true }).filter((entry) => entry.isDirectory());

/** With what a document may leave out: docs/experiment.md. */
const filled = (document: object) => ({
  patchboard: 1,
  sites: ['resid_post'],
  by_position: false,
  directions: ['denoising'],
  corruption: { kind: 'prompt' },
  window: 1,
  span: 1,
  ...document,
});

/** The numbers that were called q8 are q8_0 now. */
const withNewName = (opened: object) =>
  'dtype' in opened && opened.dtype === 'q8' ? { ...opened, dtype: 'q8_0' } : opened;

test('there are links to open', () => {
  expect(corpora.length).toBeGreaterThan(0);
});

describe.each(corpora.map(({ name }) => name))('of %s', (corpus) => {
  const links = JSON.parse(readFileSync(`${OLD}/${corpus}/links.json`, 'utf8')) as OldLink[];

  test.each(links)('$name', ({ query, opened, document }) => {
    const { present, ...opening } = fromQuery(query, DEFAULTS);
    const { experiment, problems, followsTargets, cell, ...now } = opening;
    expect(problems).toEqual([]);
    // What such links do not know: they name no cell, are not presented, and their targets are pinned.
    expect(cell).toBe('');
    expect(present).toBe(false);
    if (/target|continuation/.test(query)) expect(followsTargets).toBe(false);
    // Undefined, as JSON leaves it out.
    expect(JSON.parse(JSON.stringify(now))).toEqual(withNewName(opened));
    expect(filled(JSON.parse(documentOf(settled(experiment))) as object)).toEqual(filled(document));
  });
});
