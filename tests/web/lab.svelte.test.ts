/** What the page holds: it runs unasked, and its targets follow what the runs answer. */

import { afterEach, expect, test } from 'vitest';

import { valuesOf } from '../../web/src/engine/measure-table';
import type { Prediction } from '../../web/src/engine/module';
import { documentOf, withInput } from '../../web/src/experiment/defaults';
import type { Experiment } from '../../web/src/experiment/experiment';
import type { Region } from '../../web/src/result/region';
import type { LabResult } from '../../web/src/result/result';
import type { Lab } from '../../web/src/state/lab.svelte';
import type { LoadedModel } from '../../web/src/state/model-shelf.svelte';
import { runStory } from '../../web/src/views/run-story';
import { RunQueue } from '../../web/src/worker/run-queue.svelte';
import { exampleResult } from './example-result';
import { FakePort } from './fake-engine';
import type { FakeItems } from './fake-items';
import { estimateValue, exactValue, HonestSession } from './honest-session';
import { LabPage } from './lab-page.svelte';

let page: LabPage;

afterEach(() => {
  page.close();
});

const VOCABULARY = [' Jones', ' Smith', ' White', ' King', ' a', ' b'];
const idOf = (text: string) => VOCABULARY.indexOf(text);

/** "Michelle White was …" is answered with " White". */
function answerTo(prompt: string | number[]): Prediction[] {
  const text = ` ${String(prompt).split(' ')[1]}`;
  return [{ id: idOf(text), text, prob: 0.9, logit: 1 }];
}

interface Model {
  loaded: LoadedModel;
  /** What was run, in this order. */
  runs: Experiment[];
}

/** isToken: which texts are one token of its. */
function modelWith(
  isToken: (text: string) => boolean = () => true,
  allowed = 9e9,
  id = 'm',
): Model {
  const port = new FakePort(() => 1);
  const runs: Experiment[] = [];
  const { session } = port;
  const start = session.start.bind(session);
  const memoryOf = session.memoryOf.bind(session);
  const refuse = (text: unknown) => {
    if (typeof text !== 'string' || isToken(text)) return;
    throw Object.assign(new Error(`"${text}" is no token`), { code: 'token' });
  };
  const own = {
    start(document: string) {
      const experiment = JSON.parse(document) as Experiment;
      const { clean, corrupted } = experiment;
      const isKnown = runs.some((run) => run.clean === clean && run.corrupted === corrupted);
      runs.push(experiment);
      const blockRows = isKnown ? 0 : 4;
      return {
        ...start(document),
        blockRows,
        topClean: answerTo(clean),
        topCorrupted: answerTo(corrupted),
      };
    },
    memoryOf(document: string) {
      (JSON.parse(document) as Experiment).targets.forEach(refuse);
      return memoryOf(document);
    },
    resolveTarget(text: string) {
      refuse(text);
      return { id: idOf(text), text };
    },
    predict: (prompt: string) => answerTo(prompt),
  };
  Object.assign(session, own, { allowed });
  const info = { nLayer: 2, nHead: 2, vocabSize: 1, dModel: 1, fingerprint: '' };
  const source = { id, label: 'M' };
  const loaded = { queue: new RunQueue(port), info, source, dtype: 'f32' };
  return { loaded: loaded as unknown as LoadedModel, runs };
}

function labAt(search: string, items?: FakeItems): Lab {
  page = new LabPage(search, items);
  return page.lab;
}

const settle = () => page.settle();

const WHITE = 'Michelle White was a top-notch student. Michelle';

test('what the page opens with is run by itself, once, with the input of the first layer', async () => {
  const lab = labAt('');
  const { loaded, runs } = modelWith();
  await settle();
  expect(lab.run.status).toBe('idle');
  lab.shelf.inUse = loaded;
  await settle();
  expect([lab.run.status, lab.run.problem]).toEqual(['done', undefined]);
  expect(runs).toHaveLength(1);
  expect(runs[0]?.sites).toEqual(['resid_post', { site: 'resid_pre', layers: [0, 1] }]);
  expect(lab.experiment.sites).toEqual(['resid_post']);
  expect(lab.isShown).toBe(true);
  await settle();
  expect(runs).toHaveLength(1);
});

test('of new prompts the run is told that computed, not the one that only their targets made', async () => {
  const lab = labAt('');
  const { loaded, runs } = modelWith();
  lab.shelf.inUse = loaded;
  await settle();
  const { length } = runs;
  lab.experiment.clean = WHITE;
  await settle();
  expect(runs).toHaveLength(length + 2);
  expect(runStory(lab.run)).toMatch(/^All \d+ cells in [\d.]+ s\.$/);
  lab.start();
  await settle();
  expect(runStory(lab.run)).toContain('all known from the run before');
});

test('after a change it runs again, and the answers of the new prompts become the targets', async () => {
  const lab = labAt('');
  const { loaded, runs } = modelWith();
  lab.shelf.inUse = loaded;
  await settle();
  lab.experiment.clean = WHITE;
  expect(lab.isShown).toBe(false);
  await settle();
  expect(lab.experiment.targets).toEqual([' White', ' Smith']);
  expect(lab.isShown).toBe(true);
  expect(runs.at(-1)?.targets).toEqual([' White', ' Smith']);
  expect(lab.followsTargets).toBe(true);
  const { length } = runs;
  lab.experiment.clean = WHITE;
  await settle();
  expect(runs).toHaveLength(length);
});

test('targets that a person pinned stay, whatever the prompts become', async () => {
  const lab = labAt('');
  lab.shelf.inUse = modelWith().loaded;
  await settle();
  lab.pin([' King']);
  lab.experiment.clean = WHITE;
  await settle();
  expect(lab.experiment.targets).toEqual([' King']);
  expect(lab.run.result?.experiment.targets).toEqual([' King']);
});

test('a token that is measured is the first target: as its text, or by its id where that is no text', async () => {
  const lab = labAt('');
  lab.shelf.inUse = modelWith((text) => text !== '\ufffd').loaded;
  await settle();
  lab.choice = { ...lab.choice, target: 1, against: 0 };
  await lab.measure({ id: idOf(' Smith'), text: ' Smith' });
  expect(lab.experiment.targets).toEqual([' Smith', ' Jones']);
  expect(lab.choice).toMatchObject({ target: 0, against: 1 });
  expect(lab.followsTargets).toBe(false);
  // A part of a character: its text is that of many others.
  await lab.measure({ id: 250, text: '\ufffd' });
  expect(lab.experiment.targets).toEqual([250, ' Smith', ' Jones']);
  await lab.measure({ id: idOf(' Jones'), text: ' Jones' });
  expect(lab.experiment.targets).toEqual([' Jones', 250, ' Smith']);
  lab.experiment.targets = [idOf(' Jones'), ' Smith'];
  await lab.measure({ id: idOf(' Jones'), text: ' Jones' });
  expect(lab.experiment.targets).toEqual([' Jones', ' Smith']);
  await settle();
  expect(lab.run.result?.experiment.targets).toEqual([' Jones', ' Smith']);
});

test('targets that a link names stay', async () => {
  const lab = labAt('?clean=a+Jones&corrupted=a+Smith&target=+King');
  const { loaded, runs } = modelWith();
  lab.shelf.inUse = loaded;
  await settle();
  expect(lab.experiment.targets).toEqual([' King']);
  expect(runs).toHaveLength(1);
});

test('in a model in which the targets are no tokens, they are what it answers, and it runs', async () => {
  const lab = labAt('');
  const { loaded, runs } = modelWith((text) => text !== ' Jones');
  lab.shelf.inUse = loaded;
  lab.experiment.clean = WHITE;
  await settle();
  expect(lab.experiment.targets).toEqual([' White', ' Smith']);
  expect(runs.map(({ targets }) => targets)).toEqual([[' White', ' Smith']]);
  expect(lab.run.status).toBe('done');
});

test('pinned targets that are no tokens of a model stay, and nothing runs', async () => {
  const lab = labAt('?clean=a+White&corrupted=a+Smith&target=+Jones');
  const { loaded, runs } = modelWith((text) => text !== ' Jones');
  lab.shelf.inUse = loaded;
  await settle();
  expect(lab.experiment.targets).toEqual([' Jones']);
  expect([runs.length, lab.run.status]).toEqual([0, 'idle']);
  expect(lab.outlook).toEqual({ refused: '" Jones" is no token' });
});

test('what needs more memory than there is does not run unasked', async () => {
  const lab = labAt('');
  const { loaded, runs } = modelWith(() => true, 1);
  lab.shelf.inUse = loaded;
  await settle();
  expect([runs.length, lab.run.status]).toEqual([0, 'idle']);
});

test('another model runs what the one before ran', async () => {
  const lab = labAt('');
  lab.shelf.inUse = modelWith().loaded;
  await settle();
  const { loaded, runs } = modelWith(undefined, undefined, 'other');
  lab.shelf.inUse = loaded;
  await settle();
  expect(runs).toHaveLength(1);
  expect(lab.run.engine).toBeDefined();
});

test('a saved result that is opened stays until its experiment is changed', async () => {
  const lab = labAt('');
  const { loaded, runs } = modelWith();
  lab.shelf.inUse = loaded;
  await settle();
  const result = exampleResult();
  lab.openFile({ result, estimates: {}, checks: [] });
  await settle();
  expect(runs).toHaveLength(1);
  expect(lab.run.result).toBe(result);
  expect(lab.isShown).toBe(true);
  expect(lab.experiment.targets).toEqual(result.experiment.targets);
  lab.experiment.clean = WHITE;
  await settle();
  expect(runs.length).toBeGreaterThan(1);
  expect(lab.run.result?.experiment.clean).toBe(WHITE);
});

test('numbers from a file are named so, and are not taken for computed ones where they are computed here', async () => {
  const lab = labAt('');
  const { loaded, runs } = modelWith();
  lab.shelf.inUse = loaded;
  await settle();
  const result = exampleResult();
  result.model = { ...result.model, digest: loaded.info.fingerprint };
  lab.openFile({ result, estimates: {}, checks: [] });
  await settle();
  expect([lab.run.cameFrom, lab.fileOfThis?.result]).toEqual(['file', result]);
  lab.start();
  await settle();
  // What is asked of a file's numbers starts its experiment, too.
  expect(runs.length).toBeGreaterThan(1);
  expect(lab.run.cameFrom).toBe('run');
  expect(lab.fileOfThis?.result).toBe(result);
  // The fake engine's rows are empty: what is known now would be the file's.
  expect(lab.run.result?.sweeps[0]?.measures.values.every(Number.isNaN)).toBe(true);
  lab.experiment.clean = WHITE;
  expect(lab.fileOfThis).toBeUndefined();
});

test('a document with its input opens as the experiment that a person set', () => {
  const lab = labAt('');
  const experiment: Experiment = { ...exampleResult().experiment, clean: 'a b' };
  lab.open(withInput(experiment));
  expect(documentOf($state.snapshot(lab.experiment))).toBe(documentOf(experiment));
  expect(lab.followsTargets).toBe(false);
});

test('the cell that a link names is locked, and one that is none is told', () => {
  const lab = labAt('?cell=resid_post,denoising,1,,0');
  expect(lab.selection.locked).toMatchObject({ layer: 1, position: 0 });
  expect(lab.addressProblem).toBe('');
  expect(lab.query()).toContain('cell=resid_post%2Cdenoising%2C1%2C%2C0');
  const ofHead = labAt('?cell=resid_post,denoising,1,2,0').selection;
  expect([ofHead.locked, ofHead.head]).toEqual([lab.selection.locked, 2]);
  page.close();
  expect(labAt('?cell=there').addressProblem).toMatch(/"cell=there", expected a cell like/);
});

test('the cell that is held goes along to another direction or site, and is let go where it is gone', async () => {
  await withModel(10, '?cell=resid_post,denoising,3,,1');
  const { lab, tab } = page;
  const held = { layer: 3, head: -1, position: 1 };
  lab.experiment.directions = ['noising'];
  await settle();
  expect(lab.selection.locked).toEqual({ ...held, site: 'resid_post', direction: 'noising' });
  expect(tab.search).toContain('cell=resid_post%2Cnoising%2C3%2C%2C1');
  lab.experiment.sites = ['mlp_out'];
  await settle();
  expect(lab.selection.locked).toEqual({ ...held, site: 'mlp_out', direction: 'noising' });
  // Back is where that was set, not between it and the cell.
  page.go(-1);
  await settle();
  expect(lab.selection.locked).toEqual({ ...held, site: 'resid_post', direction: 'noising' });
  expect(page.go(-1)).toBe(true);
  await settle();
  expect(lab.selection.locked?.direction).toBe('denoising');
  expect(page.go(-1)).toBe(false);
  lab.experiment.clean = 'Michelle';
  lab.experiment.corrupted = 'Michael';
  await settle();
  expect([lab.isShown, lab.selection.locked]).toEqual([true, undefined]);
  expect(tab.search).not.toContain('cell=');
});

test('a link to a cell that its map has not shows the same cell of its map', async () => {
  await withModel(10, '?direction=noising&cell=resid_post,denoising,3,,1');
  expect(page.lab.selection.key).toBe('resid_post,noising,3,,1');
});

/** A page with a model of which each row takes so long. */
async function withModel(rowMs = 10, search = '', model = 'm'): Promise<HonestSession> {
  labAt(search);
  const session = new HonestSession(model);
  page.use(session, rowMs);
  await slowly();
  return session;
}
/** Exact values are not computed unasked where they take longer than three seconds. */
const SLOW_ROW = 4000;
const exactRows = () =>
  page.lab.run.result?.sweeps.flatMap(({ known }) => known).filter(Boolean).length;
const WHOLE = 5; // four layers and the input
/** Longer than all of it takes. */
const slowly = () => page.wait(WHOLE * SLOW_ROW + 10_000);

const titles = () => page.lab.history.entries.map(({ title }) => title);

test('who goes back to words that were computed has their exact values at once', async () => {
  const session = await withModel();
  page.lab.experiment.clean = WHITE;
  await settle();
  const { length } = session.runs;
  page.lab.experiment.clean = WHITE.replace('White', 'Jones');
  await settle();
  expect(page.lab.experiment.targets).toEqual([' Jones', ' Smith']);
  expect([page.lab.isShown, page.lab.run.status, exactRows()]).toEqual([true, 'done', WHOLE]);
  // The targets of before are no part of what was computed: one run, and none once they followed.
  expect(session.runs.length).toBeLessThanOrEqual(length + 1);
});

/** Of the map's main sweep, after which layers each position is exact. */
const exactLayers = () => {
  const [sweep] = page.lab.known?.sweeps ?? [];
  const { columns = 0 } = sweep?.info ?? {};
  const kl = sweep ? [...valuesOf(sweep.measures, 'kl')] : [];
  return Array.from({ length: columns }, (_, column) =>
    kl.flatMap((value, cell) =>
      cell % columns === column && !Number.isNaN(value) ? [Math.floor(cell / columns)] : [],
    ),
  );
};
const REGION: Region = { layers: [1, 3], positions: [1, 2] };

test('a region turns no exact value into an estimate, nor does another one, or none', async () => {
  await withModel();
  const whole = exactLayers();
  expect(whole.every((layers) => layers.length === 4)).toBe(true);
  const before = page.lab.known;
  page.lab.restrict(REGION);
  await settle();
  expect(page.lab.run.result?.experiment.region).toEqual(REGION);
  expect(exactLayers()).toEqual(whole);
  const at = (result: LabResult | undefined, cell: number) =>
    valuesOf(result!.sweeps[0]!.measures, 'prob')[cell];
  expect(at(page.lab.known, 0)).toBe(at(before, 0));
  const own = page.lab.run.result;
  const inside = own!.sweeps[0]!.info.columns + 1;
  expect(at(page.lab.known, inside)).toBe(at(own, inside));
  expect([at(own, 0), at(before, inside) === at(own, inside)]).toEqual([NaN, false]);
});

test('where the whole was never computed, what of it regions made known stays known', async () => {
  await withModel(SLOW_ROW);
  const run = async (region: Region) => {
    page.lab.restrict(region);
    page.lab.start();
    await slowly();
  };
  await run(REGION);
  await run({ layers: [0, 1], positions: [0, 1] });
  // The last layer is that of the row that told how long the whole takes.
  const known = [
    [0, 3],
    [1, 2, 3],
  ];
  expect(exactLayers().slice(0, 2)).toEqual(known);
  page.lab.restrict(undefined);
  await slowly();
  expect(page.lab.run.status).toBe('estimated');
  expect(exactLayers().slice(0, 2)).toEqual(known);
});

test('a region that ends a run keeps what that has computed', async () => {
  await withModel(SLOW_ROW);
  page.lab.start();
  await page.wait(3 * SLOW_ROW + 500);
  const before = exactLayers();
  expect(before[0]).not.toEqual([]);
  page.lab.restrict({ layers: [0, 1], positions: [0, 1] });
  await page.settle();
  for (const [column, layers] of before.entries()) {
    expect(exactLayers()[column]).toEqual(expect.arrayContaining(layers));
  }
});

test('an edit after Run computes no more unasked than any, though the targets had followed', async () => {
  const session = await withModel(SLOW_ROW);
  expect(page.lab.run.status).toBe('estimated');
  page.lab.experiment.clean = WHITE;
  await slowly();
  page.lab.start();
  await slowly();
  expect([page.lab.run.status, exactRows()]).toEqual(['done', WHOLE]);
  page.lab.experiment.clean = WHITE.replace('White', 'King');
  await slowly();
  expect(page.lab.experiment.targets).toEqual([' King', ' Smith']);
  expect(page.lab.run.status).toBe('estimated');
  expect(session.runs.at(-1)?.rows).toBeLessThan(WHOLE);
});

test('an edit after Cancel is run, though the targets had followed', async () => {
  await withModel(SLOW_ROW);
  page.lab.experiment.clean = WHITE;
  await slowly();
  page.lab.start();
  await page.wait(SLOW_ROW + 1000);
  page.lab.run.cancel();
  await slowly();
  expect(page.lab.run.status).toBe('cancelled');
  page.lab.experiment.clean = WHITE.replace('White', 'King');
  await slowly();
  expect([page.lab.isShown, page.lab.run.isCancelled]).toEqual([true, false]);
});

test('the exact map of the prompts before is one click away, where only a first-order one is there', async () => {
  await withModel(SLOW_ROW);
  page.lab.start();
  await slowly();
  page.lab.experiment.clean = WHITE;
  await slowly();
  expect([page.lab.run.status, titles()[0]]).toEqual(['estimated', 'White / Smith']);
  const [ofNow, before] = page.lab.history.entries;
  expect([ofNow?.exact === 'all', before?.exact]).toEqual([false, 'all']);
  page.lab.openEntry(before!);
  expect([page.lab.run.status, exactRows()]).toEqual(['done', WHOLE]);
  expect(page.lab.isShown).toBe(true);
  expect(page.lab.run.engine).toBeDefined();
});

test('an entry that is opened has its targets as they were: followed ones follow', async () => {
  await withModel();
  page.lab.experiment.clean = WHITE;
  await settle();
  page.lab.pin([' b']);
  await settle();
  const [pinned, followed] = page.lab.history.entries;
  page.lab.openEntry(followed!);
  await settle();
  expect(page.lab.followsTargets).toBe(true);
  page.lab.experiment.clean = WHITE.replace('White', 'King');
  await settle();
  expect(page.lab.experiment.targets).toEqual([' King', ' Smith']);
  page.lab.openEntry(pinned!);
  await settle();
  expect([page.lab.followsTargets, page.lab.experiment.targets]).toEqual([false, [' b']]);
});

test('a first-order map is in the history by that name, until exact values take its place', async () => {
  await withModel(SLOW_ROW);
  await slowly();
  const [entry] = page.lab.history.entries;
  expect(entry?.exact).not.toBe('all');
  expect(entry?.thumbnail.shares.some((share) => share > 0)).toBe(true);
  page.lab.start();
  await slowly();
  expect(page.lab.history.entries.map(({ exact }) => exact)).toEqual(['all']);
});

test('an earlier visit’s exact map is not given up for the first-order one of today', async () => {
  await withModel();
  const [before] = page.lab.history.entries;
  const { items } = page;
  page.close();
  labAt('', items);
  expect(page.lab.history.entries).toEqual([before]);
  page.use(new HonestSession('m'), SLOW_ROW);
  await slowly();
  expect(page.lab.run.status).toBe('estimated');
  const [after, ...others] = page.lab.history.entries;
  expect(others).toEqual([]);
  expect(after).toMatchObject({ exact: 'all', thumbnail: before!.thumbnail });
  expect(after!.time).toBeGreaterThan(before!.time);
});

test('an entry of a model that is not in use is shown where it is held, and else is told', async () => {
  await withModel();
  const [ofFirst] = page.lab.history.entries;
  page.use(new HonestSession('other'), 10);
  await settle();
  page.lab.openEntry(ofFirst!);
  await settle();
  expect([page.lab.run.result?.model.id, page.lab.run.engine]).toEqual(['m', undefined]);
  const { items } = page;
  page.close();
  labAt('', items);
  page.use(new HonestSession('other'), 10);
  await settle();
  page.lab.openEntry(ofFirst!);
  expect(page.lab.addressProblem).toBe(
    'That result was of m (f32), which is not in use: the map is of the model in use.',
  );
});

test('Back and Forward go through the results and the cells, and not through what was typed between', async () => {
  await withModel();
  const { lab, tab } = page;
  for (const name of ['W', 'Wh', 'Whi', 'White']) {
    lab.experiment.clean = WHITE.replace('White', name);
    await page.wait(200);
  }
  await settle();
  expect(tab.count).toBe(2);
  lab.selection.lock({
    site: 'resid_post',
    direction: 'denoising',
    layer: 1,
    head: -1,
    position: 1,
  });
  await settle();
  expect(tab.count).toBe(3);
  page.go(-1);
  expect([lab.selection.locked, lab.experiment.clean]).toEqual([undefined, WHITE]);
  page.go(-1);
  expect(lab.experiment.clean).toContain('Jones');
  expect([lab.isShown, exactRows()]).toEqual([true, WHOLE]);
  await settle();
  expect(tab.search).toContain('Jones');
  expect(tab.count).toBe(3);
  page.go(1);
  page.go(1);
  await settle();
  expect(lab.selection.locked).toMatchObject({ layer: 1, position: 1 });
  expect(lab.experiment.targets).toEqual([' White', ' Smith']);
});

test('a run that cannot begin leaves the result that there was', async () => {
  await withModel();
  const { result } = page.lab.run;
  page.lab.experiment.clean = `${WHITE} so`;
  await settle();
  expect(page.lab.outlook).toEqual({ refused: 'other lengths' });
  page.lab.start();
  await settle();
  expect([page.lab.run.status, page.lab.run.problem]).toEqual(['failed', 'other lengths']);
  expect(page.lab.run.result?.start).toBe(result?.start);
  expect([page.lab.isShown, exactRows()]).toEqual([false, WHOLE]);
});

test('another direction, site or metric in the middle of a run leaves nothing of it in the next', async () => {
  const session = await withModel(SLOW_ROW);
  const { lab } = page;
  const changes = [
    () => {
      lab.experiment.directions = ['noising'];
    },
    () => {
      lab.experiment.sites = ['attn_out'];
    },
    () => {
      lab.choice = { ...lab.choice, metric: 'logit' };
    },
  ];
  for (const change of changes) {
    lab.start();
    await page.wait(SLOW_ROW + 500);
    expect(lab.run.status).toBe('running');
    change();
    await slowly();
    const { result, estimates } = lab.run;
    const document = documentOf(result!.experiment);
    expect(lab.isShown).toBe(true);
    for (const [index, { measures, known, info }] of result!.sweeps.entries()) {
      valuesOf(measures, 'logit').forEach((value, cell) => {
        const isKnown = known[Math.floor(cell / info.columns)];
        expect(value).toBe(isKnown ? exactValue(session.model, document, index, cell) : NaN);
      });
    }
    expect(Object.keys(estimates).length).toBeGreaterThan(0);
    for (const [key, { estimates: all }] of Object.entries(estimates)) {
      for (const { sweep, values } of all) {
        const ofMetric = `${session.model} ${key.split(' ')[1]}`;
        values.forEach((value, cell) => {
          expect(value).toBe(estimateValue(ofMetric, document, sweep, cell));
        });
      }
    }
  }
});

test('where the last target is taken away they follow again', async () => {
  await withModel();
  page.lab.pin([' b']);
  await settle();
  page.lab.pin([]);
  await settle();
  expect([page.lab.followsTargets, page.lab.experiment.targets]).toEqual([
    true,
    [' Jones', ' Smith'],
  ]);
});

test('answers of prompts that were edited meanwhile are no targets of the new ones', async () => {
  await withModel(SLOW_ROW);
  page.lab.start();
  page.lab.experiment.clean = `${WHITE} so`; // does not run: nothing tells its answers
  await settle();
  expect(page.lab.experiment.targets).toEqual([' Jones', ' Smith']);
});
