import { expect, test } from 'vitest';

import { fromQuery, toQuery } from '../../web/src/experiment/address';
import type { Experiment } from '../../web/src/experiment/experiment';

const defaults: Experiment = {
  clean: 'a',
  corrupted: 'b',
  targets: [' c'],
  colouring: 'prob-corrupted',
};

test('an experiment survives the way through the address', () => {
  const experiment: Experiment = {
    clean: 'Jones & Söhne? 100 %\n',
    corrupted: ' leading + plus',
    targets: [' Crist', 'a,b', '😀'],
    colouring: 'logit-diff',
  };
  const model = 'https://example.org/a model/?x=1';
  expect(fromQuery(toQuery({ model, dtype: 'q8', experiment }), defaults)).toEqual({
    model,
    dtype: 'q8',
    experiment,
    problems: [],
  });
});

test('an empty address gives the defaults and the embedded model', () => {
  expect(fromQuery('', defaults)).toEqual({
    model: 'embedded',
    dtype: undefined,
    experiment: defaults,
    problems: [],
  });
});

test('empty prompts are kept, not replaced', () => {
  expect(fromQuery('?clean=&corrupted=x', defaults).experiment.clean).toBe('');
});

test('what is not understood is reported', () => {
  const { experiment, problems } = fromQuery('?colour=purple&layer=3&dtype=f8', defaults);
  expect(experiment.colouring).toBe('prob-corrupted');
  expect(problems).toHaveLength(3);
  expect(problems.join()).toContain('purple');
  expect(problems.join()).toContain('layer');
  expect(problems.join()).toContain('f8');
});
