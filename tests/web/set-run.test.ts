import { expect, test } from 'vitest';

import type { ExperimentStart, PromptPair, SweepRow } from '../../web/src/engine/module';
import type { Experiment } from '../../web/src/experiment/experiment';
import { type MeanKind, setPictures } from '../../web/src/many/set-pictures';
import { SetRun, type SetSource } from '../../web/src/many/set-run.svelte';
import { EngineOver } from '../../web/src/worker/engine-over';
import { EXPERIMENT, MODEL, START } from './example-result';
import { tableOf } from './measure-tables';

const ROW: SweepRow = {
  sweep: 0,
  layer: 0,
  head: -1,
  measures: tableOf(2, 2, { prob: [0.25, 0.5, 0.5, 0.5], logit: [2, 3, 3, 2], kl: [0, 0] }),
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
    readPairs: (text) =>
      text.startsWith('[')
        ? Promise.resolve(JSON.parse(text) as PromptPair[])
        : Promise.reject(new Error('expected pairs')),
    tokenizePrompt: (prompt) => {
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
const PAIRS = JSON.stringify([
  pair('1', 'a b', 'c b'),
  pair('2', 'a b', 'c'),
  pair('3', 'a b c', 'd b c'),
  pair('4', 'e b', 'f b'),
]);

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

test('a set that is refused leaves the one before, which is told apart', async () => {
  const run = new SetRun();
  const source = setSource(() => undefined);
  await expect(run.run(source, MODEL, 'none', EXPERIMENT)).rejects.toThrow('expected pairs');
  expect([run.status, run.story, run.label]).toEqual(['failed', '', undefined]);
  await run.run(source, MODEL, PAIRS, EXPERIMENT);
  expect([run.story, run.label]).toEqual(['4 of 4 pairs', undefined]);
  await expect(run.run(source, MODEL, 'none', EXPERIMENT)).rejects.toThrow('expected pairs');
  expect([run.status, run.story]).toEqual(['failed', 'Of the set before: 4 of 4 pairs']);
  expect(run.label).toContain('4 pairs, the first “a b” (1)');
  expect(run.results.map(({ name }) => name)).toEqual(['1', '4']);
  expect(run.leftOut.map(({ name }) => name)).toEqual(['2', '3']);
  await run.run(source, MODEL, JSON.stringify([pair('5', 'g', 'h')]), EXPERIMENT);
  expect([run.story, run.label, run.leftOut]).toEqual(['1 of 1 pairs', undefined, []]);
  expect(run.results.map(({ name }) => name)).toEqual(['5']);
});

test('a set that is cancelled before it is read leaves the one before', async () => {
  const run = new SetRun();
  const source = setSource(() => undefined);
  await run.run(source, MODEL, PAIRS, EXPERIMENT);
  const cancelling: SetSource = {
    ...source,
    readPairs: (text) => {
      run.cancel();
      return source.readPairs(text);
    },
  };
  await run.run(cancelling, MODEL, '[]', EXPERIMENT);
  expect(run.story).toBe('Cancelled before it began. Of the set before: 4 of 4 pairs');
  expect(run.results.map(({ name }) => name)).toEqual(['1', '4']);
});
