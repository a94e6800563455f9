/** The sweep of what enters the first layer, which the page adds to an experiment and takes away again. */

import { expect, test } from 'vitest';

import {
  DEFAULTS,
  documentOf,
  INPUT,
  leavesOutInput,
  withInput,
  withoutInput,
} from '../../web/src/experiment/defaults';
import { type Bounds, type Experiment, SITES } from '../../web/src/experiment/experiment';
import { oneOf, randomNumbers } from './random';

const ADDED = { site: INPUT.site, layers: INPUT.layers };
const sitesIn = (experiment: Experiment): unknown =>
  (JSON.parse(documentOf(experiment)) as { sites: unknown }).sites;

test('the input of the first layer is a sweep of its own beside the stream after each', () => {
  expect(sitesIn(withInput(DEFAULTS))).toEqual(['resid_post', ADDED]);
  const heads: Experiment = { ...DEFAULTS, sites: ['z', 'resid_post', 'q'] };
  expect(sitesIn(withInput(heads))).toEqual(['z', 'resid_post', 'q', ADDED]);
});

test.each<[why: string, Partial<Experiment>]>([
  ['the stream after each layer is not patched', { sites: ['z', 'mlp_out'] }],
  ['somebody chose that site', { sites: ['resid_post', 'resid_pre'] }],
  ['each patch is in several layers', { window: 2 }],
  ['the region begins later', { region: { layers: [1, 2], positions: [0, 2] } }],
])('there is none where %s', (_, change) => {
  const experiment = { ...DEFAULTS, ...change };
  expect(withInput(experiment)).toBe(experiment);
});

test('a region that begins with the first layer has it', () => {
  const region = { layers: [0, 1] as Bounds, positions: [1, 2] as Bounds };
  expect(sitesIn(withInput({ ...DEFAULTS, region }))).toEqual(['resid_post', ADDED]);
});

test('it is said where a region alone leaves the input out', () => {
  const later = { layers: [1, 2] as Bounds, positions: [0, 2] as Bounds };
  expect(leavesOutInput({ ...DEFAULTS, region: later })).toBe(true);
  expect(leavesOutInput({ ...DEFAULTS, region: { ...later, layers: [0, 2] } })).toBe(false);
  expect(leavesOutInput(DEFAULTS)).toBe(false);
  expect(leavesOutInput({ ...DEFAULTS, sites: ['z'], region: later })).toBe(false);
  expect(leavesOutInput({ ...DEFAULTS, window: 2, region: later })).toBe(false);
});

test('the input that somebody chose for itself, in other layers or elsewhere in the order, stays', () => {
  const chosen: Experiment[] = [
    { ...DEFAULTS, sites: ['resid_pre'], layers_of_sites: { resid_pre: [0, 1] } },
    { ...DEFAULTS, sites: ['resid_post', 'resid_pre'], layers_of_sites: { resid_pre: [0, 2] } },
    { ...DEFAULTS, sites: ['resid_pre', 'resid_post'], layers_of_sites: { resid_pre: [0, 1] } },
  ];
  for (const experiment of chosen) expect(withoutInput(experiment)).toBe(experiment);
});

function randomExperiment(random: () => number): Experiment {
  const sites = SITES.filter(() => random() < 0.3);
  if (random() < 0.7 && !sites.includes('resid_post')) sites.push('resid_post');
  const restricted = sites.filter(() => random() < 0.3);
  const first = Math.floor(2 * random());
  const layers: Bounds = [first, first + 1 + Math.floor(2 * random())];
  return {
    ...DEFAULTS,
    sites: sites.length > 0 ? sites : ['z'],
    window: oneOf(random, [1, 1, 2]),
    ...(random() < 0.5 && { region: { layers, positions: [0, 2] } }),
    ...(restricted.length > 0 && {
      layers_of_sites: Object.fromEntries(restricted.map((site) => [site, layers])),
    }),
  };
}

test('without the input it is the experiment that was set, whatever that was', () => {
  const random = randomNumbers(13);
  let added = 0;
  for (let run = 0; run < 2000; run++) {
    const experiment = randomExperiment(random);
    const given = structuredClone(experiment);
    const whole = withInput(experiment);
    if (whole !== experiment) {
      added++;
      expect(withoutInput(whole)).toEqual(given);
    }
    // Nothing is added twice, and nothing given is changed.
    expect(withInput(whole)).toBe(whole);
    expect(experiment).toEqual(given);
    expect(documentOf(withInput(withoutInput(whole)))).toBe(documentOf(whole));
  }
  expect(added).toBeGreaterThan(300);
});
