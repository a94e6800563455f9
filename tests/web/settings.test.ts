/** What the page offers is what the core takes: tests/core/experiment reads the same file. */

import { expect, test } from 'vitest';

import { DEFAULTS, settled, unused } from '../../web/src/experiment/defaults';
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
