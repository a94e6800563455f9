import { expect, test } from 'vitest';

import { EngineOver } from '../../web/src/engine/engine-over';
import type { ExperimentStart, SweepRow } from '../../web/src/engine/module';
import type { Experiment } from '../../web/src/experiment/experiment';
import { parsePairs, type PromptPair, whyLeftOut } from '../../web/src/many/pair-set';
import { setPictures } from '../../web/src/many/set-pictures';
import { SetRun, type SetSource } from '../../web/src/many/set-run.svelte';
import { sharedLabels, spreadOf } from '../../web/src/many/spread';
import { gridLines, matrixPicture, rowsPicture } from '../../web/src/many/template-grid';
import { TemplateRun } from '../../web/src/many/template-run.svelte';
import { EXPERIMENT, MODEL, START } from './example-result';

const measures = (...prob: number[]) => ({
  prob: Float32Array.from(prob),
  logProb: new Float32Array(prob.length),
  logit: new Float32Array(prob.length),
  rank: new Float32Array(prob.length),
  kl: 0,
});

test('mean and sample deviation are taken cell by cell', () => {
  const { mean, deviation, count } = spreadOf([
    Float32Array.of(1, 2, NaN),
    Float32Array.of(3, 2, 1),
    Float32Array.of(5, 2, 1),
  ]);
  expect([...mean]).toEqual([3, 2, NaN]);
  expect([...deviation]).toEqual([2, 0, NaN]);
  expect(count).toBe(3);
  expect(spreadOf([Float32Array.of(1)]).deviation[0]).toBeNaN();
});

test('columns that differ between prompts say so', () => {
  expect(
    sharedLabels([
      ['a', 'b'],
      ['a', 'c'],
    ]),
  ).toEqual(['a', 'b, …']);
});

test('pairs that do not align are left out, with the reason', () => {
  const first = { length: 9, targets: 2 };
  expect(whyLeftOut({ clean: 9, corrupted: 9 }, 2, first)).toBeUndefined();
  expect(whyLeftOut({ clean: 9, corrupted: 8 }, 2, undefined)).toContain(
    '9 tokens and the corrupted one 8',
  );
  expect(whyLeftOut({ clean: 8, corrupted: 8 }, 2, first)).toContain(
    '8 tokens, and the first pair 9',
  );
  expect(whyLeftOut({ clean: 9, corrupted: 9 }, 1, first)).toContain('1 targets');
  expect(whyLeftOut({ clean: 9, corrupted: 9 }, 0, undefined)).toContain('no target');
});

test('pairs without a name are numbered', () => {
  const read = parsePairs(
    '{"pairs":[{"name":"","clean":"a","corrupted":"b"}],"problems":["row 3: x"]}',
  );
  expect(read.pairs).toEqual([{ name: 'pair 1', clean: 'a', corrupted: 'b', targets: [] }]);
  expect(read.problems).toEqual(['row 3: x']);
  expect(() => parsePairs('{}')).toThrow('no pairs');
});

const INPUT = {
  slots: [
    ['one', 'two'],
    ['four', 'five'],
  ],
  fillings: [
    { words: ['one', 'four'], text: 'a', measures: measures(0.5, 0.25) },
    { words: ['two', 'five'], text: 'b', measures: measures(0.125, 0.75) },
  ],
  targets: ['·X', '·Y'],
  settings: [],
};

test('two slots make a matrix, with gaps where a filling is left out', () => {
  const picture = matrixPicture(INPUT, 0);
  expect([...picture.values]).toEqual([0.5, NaN, NaN, 0.125]);
  expect(picture.texts).toEqual(['0.5000', '–', '–', '0.1250']);
  expect([...matrixPicture(INPUT, 'difference').values]).toEqual([0.25, NaN, NaN, -0.625]);
});

test('other templates make a line for each filling', () => {
  const picture = rowsPicture(INPUT);
  expect([picture.rows, picture.columns]).toEqual([2, 2]);
  expect(picture.rowLabels).toEqual(['one / four', 'two / five']);
  expect(gridLines(INPUT)[1]).toEqual(['one', 'four', 'a', 0.5, 0.25]);
});

const fillings = ['a', 'b', 'c', 'd'].map((text) => ({
  words: [text],
  text,
  tokens: text === 'c' ? 2 : 1,
  keeps: text !== 'c',
}));
const start = { slots: [['a', 'b', 'c', 'd']], fillings };

test('fillings of another length are not measured, and one that fails is told', async () => {
  const asked: unknown[] = [];
  const run = new TemplateRun();
  const source = {
    expandTemplate: () => Promise.resolve(start),
    measure: (prompt: string | number[]) => {
      asked.push(prompt);
      return prompt === 'b'
        ? Promise.reject(new Error('too long'))
        : Promise.resolve(measures(0.5));
    },
  };
  await run.run(source, '{a|b|c|d}', [' X']);
  expect(asked).toEqual(['a', 'b', 'd']);
  expect(run.status).toBe('done');
  expect(run.fillings.map(({ problem }) => problem)).toEqual([undefined, 'too long', undefined]);
});

test('a template is cancelled between two fillings', async () => {
  const run = new TemplateRun();
  const source = {
    expandTemplate: () => Promise.resolve(start),
    measure: () => {
      run.cancel();
      return Promise.resolve(measures(0.5));
    },
  };
  await run.run(source, '', []);
  expect([run.status, run.done]).toEqual(['cancelled', 0]);
});

const ROW: SweepRow = {
  sweep: 0,
  layer: 0,
  head: -1,
  prob: Float32Array.of(0.25, 0.5, 0.5, 0.5),
  logProb: new Float32Array(4),
  logit: Float32Array.of(2, 3, 3, 2),
  rank: new Float32Array(4),
  kl: new Float32Array(2),
  computed: Uint8Array.of(1, 1),
  notFinite: Uint8Array.of(0, 0),
  blockRowsDone: 1,
};

function setSource(onRun: (experiment: Experiment) => void): SetSource {
  return {
    tokenize: (prompt) => {
      const words = typeof prompt === 'string' ? prompt.split(' ') : [];
      return Promise.resolve(words.map((word, id) => ({ id, text: word })));
    },
    run: async (experiment, _, { onStart, onRow }) => {
      onRun(experiment);
      const begun: ExperimentStart = START;
      onStart(begun, experiment);
      for (const layer of [1, 0]) await onRow({ ...ROW, layer });
      return 'done';
    },
  };
}

const pair = (name: string, clean: string, corrupted: string): PromptPair => ({
  name,
  clean,
  corrupted,
  targets: [' X', ' Y'],
});
const PAIRS = [
  pair('1', 'a b', 'c b'),
  pair('2', 'a b', 'c'),
  pair('3', 'a b c', 'd b c'),
  pair('4', 'e b', 'f b'),
];

test('each pair is run with the settings, and those that do not align are left out', async () => {
  const run = new SetRun();
  const asked: Experiment[] = [];
  const settings = {
    ...EXPERIMENT,
    window: 3,
    region: { layers: [0, 1], positions: [0, 1] },
  } as Experiment;
  await run.run(
    setSource((experiment) => asked.push(experiment)),
    MODEL,
    PAIRS,
    settings,
  );
  expect(run.status).toBe('done');
  expect(asked.map(({ clean, window, region }) => [clean, window, region])).toEqual([
    ['a b', 3, undefined],
    ['e b', 3, undefined],
  ]);
  expect(run.leftOut.map(({ name }) => name)).toEqual(['2', '3']);
  const pictures = setPictures(run.results, 0, {
    metric: 'prob',
    reference: 'unpatched',
    target: 0,
    against: 0,
  });
  expect([...(pictures?.mean.values ?? [])]).toEqual([0, 0.25, 0, 0.25]);
  expect([...(pictures?.deviation?.values ?? [])]).toEqual([0, 0, 0, 0]);
});

test('an ablation has no corrupted prompt whose length could leave a pair out', async () => {
  const run = new SetRun();
  const asked: unknown[] = [];
  await run.run(
    setSource(({ clean }) => asked.push(clean)),
    MODEL,
    PAIRS,
    { ...EXPERIMENT, corruption: { kind: 'zero' } },
  );
  expect(asked).toEqual(['a b', 'a b', 'e b']);
  expect(run.leftOut.map(({ name }) => name)).toEqual(['3']);
});

test('a model that is unloaded ends a set, and the pairs that are through stay', async () => {
  const run = new SetRun();
  let count = 0;
  const source = setSource(() => {
    count++;
  });
  const unloaded = (): never => {
    throw new EngineOver('M was unloaded', false);
  };
  const tokenize: SetSource['tokenize'] = (prompt) =>
    count > 0 ? unloaded() : source.tokenize(prompt);
  await expect(run.run({ ...source, tokenize }, MODEL, PAIRS, EXPERIMENT)).rejects.toThrow(
    'was unloaded',
  );
  expect([run.status, run.results.length, run.leftOut]).toEqual(['cancelled', 1, []]);
});

test('a set is cancelled, and the pairs that are through stay', async () => {
  const run = new SetRun();
  let count = 0;
  const source = setSource(() => {
    count++;
    if (count === 2) run.cancel();
  });
  await run.run(source, MODEL, PAIRS, EXPERIMENT);
  expect([run.status, run.results.length]).toEqual(['cancelled', 1]);
});
