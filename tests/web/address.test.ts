import { expect, test } from 'vitest';

import { fromQuery, toQuery } from '../../web/src/address/address';
import { DEFAULTS, documentOf } from '../../web/src/experiment/defaults';
import type { Experiment } from '../../web/src/experiment/experiment';
import { DEFAULT_CHOICE, type MetricChoice } from '../../web/src/result/metrics';

const defaults: Experiment = { ...DEFAULTS, clean: 'a', corrupted: 'b', targets: [' c'] };

const everything: Experiment = {
  patchboard: 1,
  clean: 'Jones & Söhne? 100 %\n',
  corrupted: ' leading + plus',
  targets: [' Crist', { continuation: ' New York' }, 'a,b', 17, '😀'],
  sites: ['resid_pre', 'attn_out', 'pattern'],
  by_position: true,
  directions: ['denoising', 'noising'],
  corruption: { kind: 'prompt' },
  window: 3,
  span: 2,
  region: { layers: [2, 6], positions: [0, 1] },
};

const choice: MetricChoice = { metric: 'logit_diff', reference: 'share', target: 1, against: 0 };

test('an experiment survives the way through the address', () => {
  const model = 'https://example.org/a model/?x=1';
  const query = toQuery({ model, dtype: 'q8_0', experiment: everything, choice });
  expect(fromQuery(query, defaults)).toEqual({
    model,
    dtype: 'q8_0',
    experiment: everything,
    choice,
    followsTargets: false,
    cell: '',
    embed: false,
    present: false,
    problems: [],
  });
});

test.each<Experiment['corruption']>([
  { kind: 'noise', positions: [1, 2], multiple: 2.5, samples: 7, seed: 3 },
  { kind: 'noise', positions: [], multiple: 3, samples: 5, seed: 0 },
  { kind: 'zero' },
  { kind: 'mean', prompts: ['one & two', ' three'] },
])('a corruption survives it: %o', (corruption) => {
  const experiment = { ...defaults, corruption };
  const query = toQuery({
    model: 'embedded',
    dtype: undefined,
    experiment,
    choice: DEFAULT_CHOICE,
  });
  expect(fromQuery(query, defaults)).toMatchObject({ experiment, problems: [] });
});

test('prompts given as token ids survive it', () => {
  const experiment = { ...defaults, clean: [1, 2, 3], corrupted: [1, 9, 3] };
  const state = { model: 'embedded', dtype: undefined, experiment, choice: DEFAULT_CHOICE };
  expect(toQuery(state)).toContain('corrupted-ids=1%2C9%2C3');
  expect(fromQuery(toQuery(state), defaults).experiment).toEqual(experiment);
});

test('a site in some layers alone survives it', () => {
  const experiment: Experiment = {
    ...defaults,
    sites: ['resid_pre', 'resid_post'],
    layers_of_sites: { resid_pre: [0, 1] },
  };
  const query = toQuery({
    model: 'embedded',
    dtype: undefined,
    experiment,
    choice: DEFAULT_CHOICE,
  });
  expect(query).toContain('&resid_pre-layers=0-0');
  expect(fromQuery(query, defaults).experiment).toEqual(experiment);
  expect(fromQuery(query, defaults).problems).toEqual([]);
});

test('keys are readable, and what nobody changed is left out', () => {
  const state = { model: 'embedded', dtype: undefined, choice: DEFAULT_CHOICE };
  expect(toQuery({ ...state, experiment: defaults })).toBe('?clean=a&corrupted=b&target=+c');
  const experiment: Experiment = { ...defaults, by_position: true, sites: ['z'] };
  expect(toQuery({ ...state, experiment, embed: true })).toBe(
    '?embed&clean=a&corrupted=b&target=+c&site=z&by-position',
  );
  const presented = toQuery({ ...state, experiment: defaults, present: true });
  expect(presented).toBe('?present&clean=a&corrupted=b&target=+c');
  expect(fromQuery(presented, defaults)).toMatchObject({ present: true, problems: [] });
  expect(toQuery({ ...state, experiment: everything })).toContain('&layers=2-5&positions=0-0');
});

test('an empty address gives the defaults and the embedded model', () => {
  expect(fromQuery('', defaults)).toEqual({
    model: 'embedded',
    dtype: undefined,
    experiment: defaults,
    choice: DEFAULT_CHOICE,
    followsTargets: true,
    cell: '',
    embed: false,
    present: false,
    problems: [],
  });
});

test('the chosen cell, and that targets follow the answers, survive the way through the address', () => {
  const state = { model: 'embedded', dtype: undefined, experiment: everything, choice };
  const query = toQuery({ ...state, followsTargets: true, cell: 'z,noising,1,3,' });
  expect(query).toMatch(/&follow&.*&cell=z%2Cnoising%2C1%2C3%2C$/);
  const opened = fromQuery(query, defaults);
  expect(opened).toMatchObject({ followsTargets: true, cell: 'z,noising,1,3,', problems: [] });
  expect(opened.experiment).toEqual(everything);
});

test('targets that a link names are pinned, others follow what its prompts make the model say', () => {
  const follows = (query: string) => fromQuery(query, defaults).followsTargets;
  expect(follows('?clean=a&corrupted=b&target=+c')).toBe(false);
  expect(follows('?clean=a&corrupted=b&target-id=3')).toBe(false);
  expect(follows('?clean=a&corrupted=b')).toBe(true);
  expect(follows('?clean-ids=1,2&corrupted-ids=1,3')).toBe(true);
  expect(follows('?clean=a&target=+c&follow')).toBe(true);
});

test('empty prompts are kept, not replaced', () => {
  expect(fromQuery('?clean=&corrupted=x', defaults).experiment.clean).toBe('');
});

test.each([
  ['prob-corrupted', 'prob', 'corrupted'],
  ['prob-clean', 'prob', 'clean'],
  ['logit', 'logit', 'corrupted'],
  ['logit-diff', 'logit_diff', 'corrupted'],
])('a link from before there were metrics still opens: colour=%s', (colour, metric, reference) => {
  const opened = fromQuery(`?clean=a&colour=${colour}`, defaults);
  expect(opened.problems).toEqual([]);
  expect(opened.choice).toEqual({ ...DEFAULT_CHOICE, metric, reference });
});

test('embed is said by its name alone', () => {
  expect(fromQuery('?embed', defaults).embed).toBe(true);
  expect(fromQuery('?embed=1', defaults).embed).toBe(true);
  expect(fromQuery('?embed=0', defaults).embed).toBe(false);
});

// Which numbers may be, the core's reader says when the experiment is run; none is changed before.
test.each(['4294967295', '4294967294', '2147483648', '9007199254740990', '0', '1'])(
  'the number %s goes on to the core as the address has it',
  (number) => {
    const { experiment, problems } = fromQuery(
      `?corruption=noise&noise-positions=${number}&samples=${number}&seed=${number}&window=${number}&span=${number}&clean-ids=${number}&target-id=${number}`,
      defaults,
    );
    expect(problems).toEqual([]);
    const document = documentOf(experiment);
    for (const part of [`"positions":[${number}]`, `"samples":${number}`, `"seed":${number}`]) {
      expect(document).toContain(part);
    }
    expect(document).toContain(`"window":${number},"span":${number}`);
    expect(document).toContain(`"clean":[${number}]`);
    expect(document).toContain(`"targets":[${number}]`);
  },
);

test('a corrupted prompt beside noise, which every such link has, is left aside', () => {
  const { experiment, problems } = fromQuery(
    '?clean=a&corrupted=b&corruption=noise&noise-positions=0',
    defaults,
  );
  expect(problems).toEqual([]);
  expect(documentOf(experiment)).not.toContain('"corrupted"');
});

test('noise of which the address says no more is the document’s', () => {
  const { experiment } = fromQuery('?corruption=noise&noise-positions=1', defaults);
  const noise = { kind: 'noise', positions: [1], multiple: 3, samples: 1, seed: 0 };
  expect(experiment.corruption).toEqual(noise);
});

test('what is not understood is reported, and the default taken', () => {
  const {
    experiment,
    choice: shown,
    problems,
  } = fromQuery(
    '?colour=purple&layer=3&dtype=f8&site=resid&window=&span=x&positions=3&metric=loss&noise-positions=a&corruption=noise',
    defaults,
  );
  expect(shown).toEqual(DEFAULT_CHOICE);
  expect(experiment).toMatchObject({ sites: ['resid_post'], window: 1, span: 1 });
  expect(experiment.region).toBeUndefined();
  expect(problems).toHaveLength(9);
  for (const part of ['"purple"', '"layer"', '"f8"', 'site=resid', 'window=', 'span=x']) {
    expect(problems.join()).toContain(part);
  }
});

test.each([
  [
    'target=+Jones&target=+Smith&target=+Jones&target=+Jones',
    [' Jones', ' Smith'],
    'target= Jones',
  ],
  ['target-id=5&target=5&target-id=05', [5, '5'], 'target-id=05'],
  ['continuation=a&target=a&continuation=a', [{ continuation: 'a' }, 'a'], 'continuation=a'],
])('a target that is named twice is measured once, and told: %s', (query, targets, named) => {
  const { experiment, problems } = fromQuery(`?${query}`, defaults);
  expect(experiment.targets).toEqual(targets);
  expect(problems).toEqual([`the address has the target "${named}" more than once`]);
});

test.each([
  ['clean', 'a', 'b'],
  ['clean-ids', '1', '2'],
  ['by-position', '', '1'],
  ['window', '2', '3'],
  ['corruption', 'zero', 'prompt'],
  ['layers', '0-1', '0-2'],
  ['metric', 'prob', 'rank'],
  ['of', '0', '1'],
  ['model', 'a', 'b'],
  ['dtype', 'f16', 'q8_0'],
  ['embed', '', ''],
])('a key that has one value is told where it is there twice: %s', (key, first, second) => {
  const rest = key === 'layers' ? '&positions=0-1' : '';
  const { problems: once, ...state } = fromQuery(`?${key}=${first}${rest}`, defaults);
  const { problems, ...taken } = fromQuery(`?${key}=${first}&${key}=${second}${rest}`, defaults);
  expect(once).toEqual([]);
  expect(problems).toEqual([`the address has "${key}" 2 times, expected it once`]);
  expect(taken).toEqual(state);
});

test('keys that may be there more than once are not told', () => {
  const query =
    '?target=a&target=b&site=z&site=v&direction=noising&direction=denoising&corruption=mean&mean-prompt=a&mean-prompt=a';
  expect(fromQuery(query, defaults).problems).toEqual([]);
});

test.each([
  ['by-position', true],
  ['by-position=', true],
  ['by-position=1', true],
  ['by-position=true', true],
  ['by-position=0', false],
  ['by-position=false', false],
])('a flag is said by its name, or with 1 or 0: %s', (query, set) => {
  const { experiment, problems } = fromQuery(`?${query}`, defaults);
  expect([experiment.by_position, problems]).toEqual([set, []]);
});

test.each(['by-position=no', 'embed=yes', 'by-position=True'])(
  'another value of a flag is told, and sets nothing: %s',
  (query) => {
    const { experiment, embed, problems } = fromQuery(`?${query}`, defaults);
    expect([experiment.by_position, embed]).toEqual([false, false]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`"${query}"`);
  },
);
