/** What the page offers is what the core takes: tests/core/document reads the same file. */

import { expect, test } from 'vitest';

import { DEFAULTS, leftAside, settled, unused } from '../../web/src/experiment/defaults';
import type { Corruption, Direction, Experiment, Site } from '../../web/src/experiment/experiment';
import golden from '../golden/settings.json';

const CORRUPTIONS: Corruption[] = [
  { kind: 'prompt' },
  { kind: 'noise', positions: [1], multiple: 3, samples: 1, seed: 0 },
  { kind: 'zero' },
  { kind: 'mean', prompts: ['a'] },
];

const SITES: Site[][] = [['resid_post'], ['z'], ['resid_post', 'z']];
const DIRECTIONS: Direction[][] = [['denoising'], ['noising'], ['denoising', 'noising']];

const settings: Experiment[] = SITES.flatMap((sites) =>
  [false, true].flatMap((by_position) =>
    CORRUPTIONS.flatMap((corruption) =>
      [1, 2].flatMap((window) =>
        [1, 2].flatMap((span) =>
          DIRECTIONS.map((directions) => ({
            ...DEFAULTS,
            sites,
            by_position,
            corruption,
            window,
            span,
            directions,
          })),
        ),
      ),
    ),
  ),
);

const nameOf = ({ sites, by_position, corruption, window, span, directions }: Experiment) =>
  `${sites.join('+')} ${by_position ? 'by_position' : 'whole'} ${corruption.kind} ` +
  `window ${window} span ${span} ${directions.join('+')}`;

const accepted = new Set(golden.accepted);

test('whatever is set in the page, what is run is what the core takes', () => {
  expect(settings.filter((each) => !accepted.has(nameOf(settled(each)))).map(nameOf)).toEqual([]);
});

test('what the core takes is run as it is set', () => {
  const changed = settings.filter((each) => {
    const run = settled(each);
    // By position or not is one and the same where no head is patched.
    const same = {
      ...run,
      by_position: unused(each).byPosition ? each.by_position : run.by_position,
    };
    return accepted.has(nameOf(each)) && nameOf(same) !== nameOf(each);
  });
  expect(changed.map(nameOf)).toEqual([]);
});

/** How the line begins that says that this is left aside. */
const LINES = {
  by_position: 'Heads position by position',
  window: 'The window of',
  span: 'The span of',
  directions: 'The direction',
  corruption: 'Empty lines',
};

test('what is not run as it is set is said, and nothing else', () => {
  const withEmpty = settings.map((each) =>
    each.corruption.kind === 'mean'
      ? { ...each, corruption: { ...each.corruption, prompts: ['a', ''] } }
      : each,
  );
  for (const each of [...settings, ...withEmpty]) {
    const run = settled(each);
    const changed = (Object.keys(LINES) as (keyof typeof LINES)[]).filter(
      (key) => JSON.stringify(run[key]) !== JSON.stringify(each[key]),
    );
    const lines = leftAside(each);
    expect(lines, nameOf(each)).toHaveLength(changed.length);
    changed.forEach((key, i) => {
      expect(lines[i]?.startsWith(LINES[key]), `${nameOf(each)}: ${lines[i]}`).toBe(true);
    });
  }
});

test('what is left aside names the sites', () => {
  const [line] = leftAside({ ...DEFAULTS, sites: ['resid_post', 'z', 'q'], window: 2 });
  expect(line).toBe(
    'The window of 2 layers is left aside: it is for sites at a layer and a position, and z and q are ' +
      'sites of heads; beside them, resid_post has none either.',
  );
});
