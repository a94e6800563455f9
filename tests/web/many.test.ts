import { expect, test } from 'vitest';

import { EngineOver } from '../../web/src/engine/engine-over';
import type { ExperimentStart, SweepRow } from '../../web/src/engine/module';
import type { Experiment } from '../../web/src/experiment/experiment';
import { parsePairs, type PromptPair, whyLeftOut } from '../../web/src/many/pair-set';
import { type MeanKind, setPictures } from '../../web/src/many/set-pictures';
import { SetRun, type SetSource } from '../../web/src/many/set-run.svelte';
import { sharedLabels, shareOfMeans, spreadOf, spreadOfShares } from '../../web/src/many/spread';
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
  const {
    mean,
    deviation = [],
    count,
  } = spreadOf([Float32Array.of(1, 2, NaN), Float32Array.of(3, 2, 1), Float32Array.of(5, 2, 1)]);
  expect([...mean]).toEqual([3, 2, NaN]);
  expect([...deviation]).toEqual([2, 0, NaN]);
  expect(count).toBe(3);
});

test('a single heatmap has no deviation', () => {
  expect(spreadOf([Float32Array.of(1)]).deviation).toBeUndefined();
});

test('shares are normalised after averaging or before, and the two differ', () => {
  const pairs = [
    { patched: Float32Array.of(1, 2), clean: 2, corrupted: 0 },
    { patched: Float32Array.of(1, 8), clean: 8, corrupted: 0 },
  ];
  // Means over pairs: patched 1 and 5, clean 5, corrupted 0.
  expect(Array.from(shareOfMeans(pairs, 0.1) ?? [])).toEqual([Math.fround(0.2), 1]);
  const shares = spreadOfShares(pairs, 0.1);
  expect(Array.from(shares?.mean ?? [])).toEqual([Math.fround(0.3125), 1]);
  expect(shares?.deviation?.[0]).toBeCloseTo(Math.abs(0.5 - 0.125) / Math.SQRT2);
});

test('pairs whose runs are too near each other have no share, and are no part of its mean', () => {
  const near = { patched: Float32Array.of(5), clean: 1, corrupted: 0.95 };
  const wide = { patched: Float32Array.of(1), clean: 2, corrupted: 0 };
  expect(spreadOfShares([near, wide], 0.1)).toMatchObject({
    count: 1,
    mean: Float32Array.of(0.5),
  });
  expect(spreadOfShares([near], 0.1)).toBeUndefined();
  expect(shareOfMeans([near], 0.1)).toBeUndefined();
});

test('columns that differ between prompts say so', () => {
  expect(
    sharedLabels([
      ['a', 'b'],
      ['a', 'c'],
    ]),
  ).toEqual(['a', 'b, …']);
});

const shape = (clean: number, targets: number, corrupted = clean) => ({
  clean,
  corrupted,
  targets,
});

test('pairs that do not align are left out, with the reason', () => {
  expect(whyLeftOut([shape(9, 2), shape(9, 2, 8), shape(8, 2), shape(9, 1), shape(9, 0)])).toEqual([
    undefined,
    'the clean prompt has 9 tokens and the corrupted one 8',
    'it has 8 tokens, and most pairs 9',
    'it has 1 target, and most pairs of its length 2',
    'there is no target',
  ]);
});

test('the commonest length decides which pairs are averaged, not the first’s', () => {
  const [first, ...others] = whyLeftOut([shape(9, 1), shape(8, 1), shape(8, 1)]);
  expect(first).toBe('it has 9 tokens, and most pairs 8');
  expect(others).toEqual([undefined, undefined]);
});

test('of equally common lengths and numbers of targets the first decides', () => {
  expect(whyLeftOut([shape(7, 2), shape(8, 1), shape(7, 1)])).toEqual([
    undefined,
    'it has 8 tokens, and most pairs 7',
    'it has 1 target, and most pairs of its length 2',
  ]);
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
  notFinite: new Uint8Array(2),
  blockRowsDone: 1,
};

const VIEW = {
  metric: 'prob',
  reference: 'unpatched',
  target: 0,
  against: 0,
} as const;

function setSource(onRun: (experiment: Experiment) => void): SetSource {
  return {
    tokenize: (prompt) => {
      const words = typeof prompt === 'string' ? prompt.split(' ') : [];
      return Promise.resolve(words.map((word, id) => ({ id, text: word })));
    },
    resolveTarget: (text) => Promise.resolve({ id: 1, text }),
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
  const pictures = setPictures(run.results, 0, VIEW);
  expect([...(pictures?.mean?.values ?? [])]).toEqual([0, 0.25, 0, 0.25]);
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
    if (count > 1) throw new EngineOver('M was unloaded', false);
  });
  await expect(run.run(source, MODEL, PAIRS, EXPERIMENT)).rejects.toThrow('was unloaded');
  expect([run.status, run.results.length]).toEqual(['cancelled', 1]);
  expect(run.leftOut.map(({ name }) => name)).toEqual(['2', '3']);
});

test('normalised heatmaps of a set say which mean they show', async () => {
  const run = new SetRun();
  await run.run(
    setSource(() => undefined),
    MODEL,
    PAIRS,
    EXPERIMENT,
  );
  const titleOf = (kind: MeanKind) => setPictures(run.results, 0, VIEW, kind)?.mean?.title;
  expect(titleOf('change')).toContain('Mean of 2 pairs');
  expect(titleOf('share of means')).toContain('Share of means over 2 pairs');
  expect(titleOf('mean of shares')).toContain('Mean of shares over 2 pairs');
  const shares = setPictures(run.results, 0, VIEW, 'share of means');
  expect(Array.from(shares?.mean?.values ?? [])).toEqual([0, 0.5, 0, 0.5]);
  expect(shares?.mean?.caption[0]).toContain('metric means over pairs first, then normalised');
  expect(shares?.deviation).toBeUndefined();
});

test('a mean with a cell that is not finite says so, and has no number there', async () => {
  const run = new SetRun();
  const source = setSource(() => undefined);
  const broken = { ...ROW, prob: Float32Array.of(NaN, 0.5, NaN, 0.5), kl: Float32Array.of(NaN, 0) };
  await run.run(
    {
      ...source,
      run: async (experiment, what, events, signal) =>
        source.run(
          experiment,
          what,
          {
            ...events,
            onRow: (row) =>
              events.onRow({ ...broken, layer: row.layer, notFinite: Uint8Array.of(1, 0) }),
          },
          signal,
        ),
    },
    MODEL,
    PAIRS,
    EXPERIMENT,
  );
  const mean = setPictures(run.results, 0, VIEW)?.mean;
  expect(mean?.states).toEqual(['not finite', 'exact', 'not finite', 'exact']);
  expect(mean?.caption).toContain(
    'Crossed cells are not finite: the patched run’s logits are no numbers.',
  );
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
