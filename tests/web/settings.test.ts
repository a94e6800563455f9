/** What the page offers is what the core takes: tests/core/document reads the same file. */

import { expect, test } from 'vitest';

import { DEFAULTS, leftAside, settled, unused, withInput } from '../../web/src/experiment/defaults';
import type { Corruption, Direction, Experiment, Site } from '../../web/src/experiment/experiment';
import { corruptionText, settingsText } from '../../web/src/result/settings-text';
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

/** The lines of a caption that are about what is patched where. */
const placesIn = (change: Partial<Experiment>) =>
  settingsText({
    experiment: withInput({ ...DEFAULTS, ...change }),
    model: { id: 'm', label: 'M', dtype: 'f32', nLayer: 4, nHead: 4 },
  }).slice(4);

test('a caption names the row of the input, and layers that a person chose, one or several', () => {
  expect(placesIn({})).toEqual([
    'The row “input” is resid_pre of layer 0: what enters the first block.',
  ]);
  expect(placesIn({ sites: ['z'], layers_of_sites: { z: [2, 3] } })).toEqual(['z: layer 2 alone']);
  expect(placesIn({ sites: ['z'], layers_of_sites: { z: [1, 3] } })).toEqual([
    'z: layers 1–2 alone',
  ]);
  expect(placesIn({ sites: ['z'], region: { layers: [1, 2], positions: [0, 3] } })).toEqual([
    'Computed: layer 1, positions 0–2 alone',
  ]);
});

test('one of a kind is not told as several', () => {
  const noise = { kind: 'noise', positions: [1], multiple: 1, samples: 1, seed: 0 } as const;
  expect(corruptionText({ ...noise, positions: [1] })).toBe(
    'noise of 1 standard deviation on the embeddings at position 1, one sample, seed 0',
  );
  expect(corruptionText({ ...noise, positions: [1, 2], multiple: 3, samples: 5 })).toBe(
    'noise of 3 standard deviations on the embeddings at positions 1, 2, mean of 5 samples, seed 0',
  );
  expect(corruptionText({ kind: 'mean', prompts: ['a'] })).toBe(
    'ablation with the mean over 1 prompt',
  );
});
