/** How far a run goes that nobody asked for, and that what is known exactly stays so. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { documentOf } from '../../web/src/experiment/defaults';
import { DEFAULT_CHOICE, type MetricChoice } from '../../web/src/result/metrics';
import { estimateKey } from '../../web/src/result/estimates';
import type { LabResult } from '../../web/src/result/result';
import { shownValues } from '../../web/src/result/shown';
import { headsOf, layerHeads } from '../../web/src/scene/layer-heads';
import { LabRun } from '../../web/src/state/lab-run.svelte';
import type { LoadedModel, ModelShelf } from '../../web/src/state/model-shelf.svelte';
import { RunQueue } from '../../web/src/worker/run-queue.svelte';
import { exampleResult, EXPERIMENT, START } from './example-result';
import { experiment, FakePort, ROWS } from './fake-engine';
import { tableOf } from './measure-tables';

const LOGIT: MetricChoice = { ...DEFAULT_CHOICE, metric: 'logit' };
const SUBJECT = { target: 0, against: 0 };

let clock = 0;

beforeEach(() => {
  clock = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** A row of two columns, whose first target's logits are 10 and 11 in layer 1, say. */
const measuresOf = (layer: number) =>
  tableOf(2, 2, { logit: [10 * layer, 10 * layer + 1, 0, 0], kl: [0, 0] });

/** An engine whose rows take so many seconds each. */
function modelOf(secondsOf: (layer: number) => number) {
  const port = new FakePort(() => 1);
  const { session } = port;
  const [start, step] = [session.start.bind(session), session.step.bind(session)];
  const told = { rows: 0, documents: [] as string[] };
  // As of a worker, which hears what was sent before the answer to its row.
  port.cancel = (id) => Promise.resolve(port['runner'].cancel(id));
  Object.assign(session, {
    start(document: string) {
      told.documents.push(document);
      return { ...start(document), blockRows: ROWS };
    },
    step() {
      const row = step();
      if (!row) return undefined;
      told.rows++;
      clock += 1000 * secondsOf(row.layer);
      const marks = { computed: Uint8Array.of(1, 1), notFinite: new Uint8Array(2) };
      return { ...row, ...marks, measures: measuresOf(row.layer) };
    },
  });
  // So wide that an answer costs nothing beside a block-row.
  const info = { nLayer: ROWS, nHead: 2, vocabSize: 1, dModel: 1e9, fingerprint: 'd' };
  const source = { id: 'm', label: 'M' };
  const loaded = { queue: new RunQueue(port), info, source, dtype: 'f32' };
  return { port, told, model: loaded as unknown as LoadedModel };
}

const runOn = (model: LoadedModel) => new LabRun({ inUse: model } as unknown as ModelShelf);

const logits = ({ start, sweeps }: LabResult) =>
  sweeps[0] && [...shownValues(start, sweeps[0], 'logit', 'raw', SUBJECT).values];
const states = ({ start, sweeps }: LabResult) =>
  sweeps[0] && shownValues(start, sweeps[0], 'logit', 'raw', SUBJECT).states;
const WHOLE = [0, 1, 10, 11, 20, 21, 30, 31];

test('of a model that was never seen to compute, the first row tells that the rest takes too long', async () => {
  const { model, told } = modelOf(() => 2);
  const run = runOn(model);
  await run.start(experiment('a'), LOGIT, { longest: 3 });
  expect([run.status, told.rows]).toEqual(['estimated', 1]);
  expect(Object.keys(run.estimates)).toHaveLength(2);
  expect([run.problem, run.hasBegun]).toEqual([undefined, true]);
});

test('once its pace is known, no row is computed that would take too long', async () => {
  const { model, told } = modelOf(() => 2);
  const run = runOn(model);
  await run.start(experiment('a'), LOGIT);
  expect([run.status, told.rows]).toEqual(['done', ROWS]);
  await run.start(experiment('b'), LOGIT, { longest: 3 });
  expect([run.status, told.rows]).toEqual(['estimated', ROWS]);
  expect(Object.keys(run.estimates)).toHaveLength(2);
});

test('a run that is short enough is run to its end', async () => {
  const { model } = modelOf(() => 0.5);
  const run = runOn(model);
  await run.start(experiment('a'), LOGIT, { longest: 3 });
  expect(run.status).toBe('done');
  expect(run.result && logits(run.result)).toEqual(WHOLE);
});

test('one slow row is no reason to end a run, nor what the next one is foretold by', async () => {
  // The last layer's rows come first; the first of all is late, as on a busy machine.
  const { model } = modelOf((layer) => (layer === ROWS - 1 ? 0.9 : 0.01));
  const run = runOn(model);
  // What is left would take 0.9 s for each of the other rows.
  await run.start(experiment('a'), LOGIT, { longest: 0.9 * (ROWS - 1) - 0.1 });
  expect(run.status).toBe('done');
  await run.start(experiment('b'), LOGIT, { longest: 0.9 * ROWS - 0.1 });
  expect(run.status).toBe('done');
});

test('a run whose last row comes late has all of its rows, and is done', async () => {
  const { model } = modelOf((layer) => (layer === 0 ? 3 : 0.1));
  const run = runOn(model);
  await run.start(experiment('a'), LOGIT, { longest: 3 });
  expect(run.status).toBe('done');
  expect(run.result?.sweeps[0]?.rowsDone).toBe(ROWS);
});

test('a run that a person cancels is cancelled, however long it would have taken', async () => {
  const { model } = modelOf(() => 2);
  const run = runOn(model);
  const limits = {
    longest: 3,
    onPredictions: () => {
      run.cancel();
    },
  };
  await run.start(experiment('a'), LOGIT, limits);
  expect(run.status).toBe('cancelled');
});

test('what the two runs answer is told before anything is patched', async () => {
  const { model, told } = modelOf(() => 1);
  const run = runOn(model);
  const rows: number[] = [];
  await run.start(experiment('a'), LOGIT, {
    onPredictions: () => {
      rows.push(told.rows);
    },
  });
  expect(rows).toEqual([0]);
});

test('exact values stay where the same experiment is started again, and go with another one', async () => {
  const { model } = modelOf(() => 2);
  const run = runOn(model);
  await run.start(experiment('a'), LOGIT);
  await run.start(experiment('a'), LOGIT, { longest: 3 });
  expect(run.status).toBe('estimated');
  expect(run.result?.sweeps[0]?.rowsDone).toBe(0);
  expect(run.result && states(run.result)).toEqual(Array(2 * ROWS).fill('exact'));
  expect(run.result && logits(run.result)).toEqual(WHOLE);
  await run.start(experiment('b'), LOGIT, { longest: 3 });
  expect(run.result && states(run.result)).toEqual(Array(2 * ROWS).fill('not computed'));
});

test('a saved result takes the place of a run under way, whose rows come no more', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { model, told } = modelOf(() => 0.01);
  const run = runOn(model);
  const saved = exampleResult();
  const running = run.start(experiment('a'), LOGIT);
  // The first row is shown at once, the second a little later.
  while (told.rows < 3) await Promise.resolve();
  expect(vi.getTimerCount()).toBe(1);
  run.showSaved({ result: saved, estimates: {}, checks: [] }, 'history');
  await running;
  await vi.advanceTimersByTimeAsync(1000);
  vi.useRealTimers();
  expect(run.result).toBe(saved);
  expect([run.status, run.hasBegun]).toEqual(['done', false]);
});

test('a saved result is asked more only of the model that it is of', () => {
  const { model } = modelOf(() => 1);
  const run = runOn(model);
  const saved = exampleResult();
  run.showSaved({ result: saved, estimates: {}, checks: [] }, 'history');
  expect(run.engine).toBeUndefined();
  const own = { ...saved, model: { ...saved.model, digest: 'd' } };
  run.showSaved({ result: own, estimates: {}, checks: [] }, 'history');
  expect(run.engine).toBeDefined();
});

test('the heads of a layer are patched in it alone, at all positions', () => {
  const of = {
    ...EXPERIMENT,
    window: 3,
    span: 2,
    sites: ['resid_post' as const, 'z' as const],
    layers_of_sites: { z: [2, 3] as [number, number] },
  };
  expect(JSON.parse(documentOf(headsOf(of, 1, 'noising', 7)))).toEqual({
    ...EXPERIMENT,
    sites: ['z'],
    directions: ['noising'],
    region: { layers: [1, 2], positions: [0, 7] },
  });
});

test('a layer’s heads come from a run of their own, and nothing where it is given up', async () => {
  const { model, port, told } = modelOf(() => 1);
  const engine = model.queue.part('Patch');
  const start = port.session.start.bind(port.session);
  const heads = { ...START.sweeps[0], site: 'z', axes: 'head' };
  Object.assign(port.session, {
    start: (document: string) => ({ ...start(document), sweeps: [{ ...heads, rows: ROWS }] }),
  });
  const view = { metric: 'logit' as const, reference: 'raw' as const, subject: SUBJECT };
  const ask = (signal: AbortSignal) =>
    layerHeads(engine, exampleResult(), 1, 'denoising', view, signal);
  expect(await ask(new AbortController().signal)).toEqual({
    values: Float32Array.of(10, 11),
    strongest: 1,
  });
  expect(JSON.parse(told.documents.at(-1) ?? '')).toMatchObject({
    sites: ['z'],
    region: { layers: [1, 2], positions: [0, 2] },
  });
  expect(await ask(AbortSignal.abort())).toBeUndefined();
});

const PROB: MetricChoice = { ...DEFAULT_CHOICE, metric: 'prob' };
const LOGIT_DIFF = estimateKey({ metric: 'logit_diff', target: 0, against: 1 });

test('a metric without a first-order map has that of the default metric, where exact values take long', async () => {
  const { model, told } = modelOf(() => 10);
  const run = runOn(model);
  await run.start(experiment('a'), PROB, { longest: 3 });
  expect([run.status, run.isFirstOrder]).toEqual(['estimated', true]);
  expect(Object.keys(run.estimates)).toEqual([LOGIT_DIFF]);
  expect(told.rows).toBe(1);
  // Of another such metric that is chosen then, it is the same map.
  await run.estimate({ ...PROB, metric: 'kl' });
  expect(Object.keys(run.estimates)).toEqual([LOGIT_DIFF]);
});

test('it stands until the first row of exact values that somebody asked for', async () => {
  const { model } = modelOf(() => 10);
  const run = runOn(model);
  await run.start(experiment('a'), PROB, { longest: 3 });
  const ending = run.start(experiment('a'), PROB);
  expect([run.status, run.isFirstOrder]).toEqual(['running', true]);
  await ending;
  expect([run.status, run.isFirstOrder]).toEqual(['done', false]);
  await run.estimate(PROB);
  expect(Object.keys(run.estimates)).toEqual([LOGIT_DIFF]);
});

test('where exact values come soon, or somebody asked for them, there is no map of another metric', async () => {
  const { model } = modelOf(() => 0.01);
  const run = runOn(model);
  await run.start(experiment('a'), PROB);
  expect([run.status, run.isFirstOrder, Object.keys(run.estimates)]).toEqual(['done', false, []]);
  // The pace is known by now.
  await run.start(experiment('b'), PROB, { longest: 3 });
  expect([run.status, run.isFirstOrder, Object.keys(run.estimates)]).toEqual(['done', false, []]);
});
