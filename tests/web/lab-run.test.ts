/** A run of the part “Patch”, and the tokens beside it, with an engine that a test makes fail. */

import { expect, test, vi } from 'vitest';

import { heatmapPicture } from '../../web/src/picture/from-result';
import type { MetricChoice } from '../../web/src/result/metrics';
import { DEFAULT_CHOICE } from '../../web/src/result/metrics';
import { withRow } from '../../web/src/result/result';
import { LabRun } from '../../web/src/state/lab-run.svelte';
import { Paced } from '../../web/src/state/paced';
import { tokenizeAll } from '../../web/src/state/live-tokens';
import type { LoadedModel, ModelShelf } from '../../web/src/state/model-shelf.svelte';
import { outlookOf, outlookText } from '../../web/src/state/outlook';
import { RunQueue } from '../../web/src/worker/run-queue.svelte';
import { experiment, FakePort, ROWS } from './fake-engine';
import { empty, rowOf } from './lab-result';

const LOGITS: MetricChoice = { ...DEFAULT_CHOICE, metric: 'logit' };

function modelOf(port: FakePort): LoadedModel {
  return {
    queue: new RunQueue(port),
    info: { nLayer: 2, nHead: 2, fingerprint: '' },
    source: { id: 'm', label: 'M' },
    dtype: 'f32',
  } as unknown as LoadedModel;
}

function runOn(model: LoadedModel): { run: LabRun; shelf: { inUse: LoadedModel | undefined } } {
  const shelf = { inUse: model as LoadedModel | undefined };
  return { run: new LabRun(shelf as unknown as ModelShelf), shelf };
}

test('a check that cannot be made does not mark a run failed, and is told', async () => {
  const { run } = runOn(modelOf(new FakePort(() => 1)));
  await run.start(experiment('a', 'checks'), LOGITS);
  expect(run.status).toBe('done');
  expect(run.problem).toBeUndefined();
  expect(run.checksProblem).toBe('no checks of a checks');
  await run.start(experiment('b'), LOGITS);
  expect(run.checksProblem).toBeUndefined();
  expect(run.checks).toHaveLength(1);
});

test('estimates that cannot be made leave the exact values, and are told once', async () => {
  const { run } = runOn(modelOf(new FakePort(() => 1)));
  await run.start(experiment('a', 'estimate'), LOGITS);
  expect(run.status).toBe('done');
  expect(run.result?.sweeps[0]?.rowsDone).toBe(ROWS);
  expect(run.estimatesProblem).toBe('no estimate of a estimate');
  await run.estimate({ ...LOGITS, metric: 'logit_diff' });
  expect(run.status).toBe('done');
});

test('a run that is started again is the only one that shows anything', async () => {
  const { run } = runOn(modelOf(new FakePort(() => 2)));
  const first = run.start(experiment('a'), LOGITS);
  const second = run.start(experiment('b'), LOGITS);
  await Promise.all([first, second]);
  expect(run.status).toBe('done');
  expect(run.result?.experiment.clean).toBe('b ');
  expect(run.result?.sweeps[0]?.rowsDone).toBe(ROWS);
});

test('a run says what it waits for, and is cancelled before it begins', async () => {
  const model = modelOf(new FakePort(() => 2));
  const { run } = runOn(model);
  const silent = { onStart: () => undefined, onRow: () => undefined };
  const never = new AbortController().signal;
  const many = model.queue.part('Many prompts');
  const other = many.run(experiment('b'), 'the pair Jones', silent, never);
  const own = run.start(experiment('a'), LOGITS);
  expect([run.status, run.hasBegun]).toEqual(['running', false]);
  expect(run.waitsFor).toBe('“Many prompts”: the pair Jones');
  run.cancel();
  await own;
  expect([run.status, run.hasBegun, run.result]).toEqual(['cancelled', false, undefined]);
  expect(await other).toBe('done');
});

test('a run whose model is unloaded is cancelled, and its result can be asked no more', async () => {
  const port = new FakePort(() => 2);
  const { run, shelf } = runOn(modelOf(port));
  const ending = run.start(experiment('a'), LOGITS);
  shelf.inUse = modelOf(new FakePort(() => 2));
  port.close();
  await ending;
  expect([run.status, run.problem, run.engine]).toEqual(['cancelled', undefined, undefined]);
});

test('ids are read by the tokenizer in use, not by that of the model before', async () => {
  const asked = { ...experiment('a'), clean: [7, 8] };
  for (const name of ['one', 'other']) {
    const engine = modelOf(new FakePort(() => 1, name)).queue.part('Patch');
    const { clean } = await tokenizeAll(engine, asked);
    expect(clean.map(({ text }) => text)).toEqual([`${name} 7`, `${name} 8`]);
  }
});

test('before a run it is said what the experiment would hold, and what the core has against it', async () => {
  const engineWith = (allowed: number) => {
    const port = new FakePort(() => 1);
    port.session.allowed = allowed;
    return modelOf(port).queue.part('Patch');
  };
  const said = async (allowed: number, fault: 'start' | '' = '') =>
    outlookText(await outlookOf(engineWith(allowed), experiment('a', fault)));
  expect(await said(9e9)).toBe('Holds at most 3.00 GB beside the weights.');
  expect(await said(2e9)).toMatch(/^Needs 1\.00 GB .*3\.00 GB .*room for 2\.00 GB\.$/);
  expect(await said(5e8)).toMatch(/cannot be run .*needs 1\.00 GB .*room for 500 MB$/);
  expect(await said(9e9, 'start')).toMatch(/cannot be run .*cannot start a start$/);
});

test('rows are shown at most ten times a second, and all of them at the end', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  const shown: string[] = [];
  const paced = new Paced();
  const show = (what: string) => {
    paced.show(() => shown.push(what));
  };
  show('1');
  show('2');
  show('3');
  expect(shown).toEqual(['1']);
  vi.advanceTimersByTime(100);
  expect(shown).toEqual(['1', '3']);
  show('4');
  paced.flush();
  show('5');
  paced.drop();
  vi.advanceTimersByTime(1000);
  expect(shown).toEqual(['1', '3', '4']);
  vi.useRealTimers();
});

test('a row leaves what is shown of the other heatmaps as it is', () => {
  const view = { metric: 'prob', reference: 'raw', target: 0, against: 1 } as const;
  const pictures = (of: typeof empty) => of.sweeps.map((sweep) => heatmapPicture(of, sweep, view));
  const before = pictures(empty);
  const after = pictures(withRow(empty, rowOf(0, 1)));
  expect(after[0]).not.toBe(before[0]);
  expect(after[1]).toBe(before[1]);
  expect(heatmapPicture(empty, empty.sweeps[1]!, { ...view, target: 1 })).not.toBe(before[1]);
});
