import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import type { ExperimentStart, SweepRow } from '../../web/src/engine/module';
import { attemptsPicture, turned } from '../../web/src/report/attempts-picture';
import { columnsFor, type Report, type ReportRow } from '../../web/src/report/report-data';
import { ReportRun, type ReportSource } from '../../web/src/report/report-run.svelte';
import {
  agreementText,
  difference,
  heatmapVerdict,
  modelNote,
  tableVerdict,
} from '../../web/src/report/verdicts';
import type { EngineAccess } from '../../web/src/worker/engine-access';
import { exampleResult, MODEL, START } from './example-result';
import { probabilities, tableOf } from './measure-tables';

const row = (token: string, prob: ReportRow['prob']): ReportRow => ({
  token,
  printed: token,
  prob,
});
const ROWS = [
  row(' Crist', { medium: '0.3803', xl: '0.2345' }),
  row(' Lionel', { medium: '0.0212', xl: '0.0184' }),
];
const ASKED = { clean: 'a b', corrupted: 'c b', targets: [' Crist', ' Lionel'] };

const REPORT: Report = {
  title: 'T',
  authors: 'A',
  date: 'D',
  models: {
    medium: { name: 'GPT-2-medium', n_layer: 24, d_model: 1024 },
    xl: { name: 'GPT-2-xl', n_layer: 48, d_model: 1600 },
  },
  items: [
    {
      id: 't',
      kind: 'table',
      label: 'Table 2',
      title: '',
      shows: '',
      experiment: ASKED,
      clean: ROWS,
      corrupted: ROWS,
    },
    {
      id: 'f',
      kind: 'heatmap',
      label: 'Figure 2',
      title: '',
      shows: '',
      says: [],
      experiment: ASKED,
    },
    {
      id: 'a',
      kind: 'attempts',
      label: 'Attempts',
      title: 'Numbers',
      shows: '',
      says: [],
      pairs: [{}],
      targets: [' Crist', ' Lionel'],
    },
  ],
};

test('a model’s figures stand beside its own column, or beside all', () => {
  expect(columnsFor(REPORT, 24, ROWS)).toEqual(['medium']);
  expect(columnsFor(REPORT, 48, ROWS)).toEqual(['xl']);
  expect(columnsFor(REPORT, 4, ROWS)).toEqual(['medium', 'xl']);
  expect(columnsFor(REPORT, 24, [row(' was', { unstated: '0.1730' })])).toEqual(['unstated']);
});

test('differences are told to the digits that the report prints', () => {
  expect(difference(0.38, '0.3803')).toBeCloseTo(-0.0003, 9);
  expect(difference(undefined, '0.1')).toBeUndefined();
  expect(agreementText(ROWS, [0.38034, 0.02118], 'medium')).toContain('all figures agree');
  expect(agreementText(ROWS, [0.9, 0.0212], 'medium')).toBe('largest difference 0.5197.');
  expect(agreementText(ROWS, [undefined, 0.0212], 'medium')).toContain(
    'This model has no single token for “·Crist”.',
  );
});

test('a table says whether the answer turns round', () => {
  const figures = (...probs: (number | undefined)[]) => ({ top: [], probs });
  expect(tableVerdict(ROWS, figures(0.9, 0.1), ROWS, figures(0.2, 0.8))).toBe(
    'Here the answer turns round, from ·Crist to ·Lionel: ·Crist goes from 0.9000 to 0.2000.',
  );
  expect(tableVerdict(ROWS, figures(0.9, 0.1), ROWS, figures(0.8, 0.1))).toContain('in both runs');
  expect(tableVerdict(ROWS, figures(undefined, undefined), ROWS, figures())).toContain('None');
});

test('a heatmap says where a token is moved most', () => {
  const result = exampleResult();
  const [sweep] = result.sweeps;
  if (!sweep) throw new Error('no sweep');
  expect(heatmapVerdict(result, sweep, 0)).toBe(
    'The patch that moves ·Jones most changes its probability by +0.5000 (layer 1, position 1, ·a); ' +
      'between the two runs it changes by +0.5000.',
  );
});

test('the note says which model the figures are of', () => {
  const note = (id: string, nLayer: number, dtype = 'f32') =>
    modelNote(REPORT, { id, label: '', nLayer, dtype });
  expect(note('embedded', 4)).toContain('positive control');
  expect(note('gpt2-medium', 24)).toContain('GPT-2-medium');
  expect(note('gpt2-medium', 24, 'q8_0')).toContain('rounding');
  expect(note('gpt2', 12)).toContain('both');
});

const SOURCE: ReportSource = {
  reading() {
    return this as EngineAccess;
  },
  predict: () => Promise.resolve([{ id: 1, text: ' x', logit: 0, prob: 0.5 }]),
  measure: (prompt, targets) =>
    Promise.resolve(
      probabilities(...targets.map((_, i) => (prompt === 'a b' ? 0.75 - i / 2 : 0.25 + i / 2))),
    ),
  tokenize: (text) =>
    Promise.resolve(
      (text === ' Crist' ? [' Crist'] : [' Lion', 'el']).map((text) => ({ id: 7, text })),
    ),
  readPairs: () => Promise.resolve([{ name: '1', clean: 'a b', corrupted: 'c b', targets: [] }]),
  run: async (experiment, _, { onStart, onRow }) => {
    const start: ExperimentStart = START;
    onStart(start, experiment);
    const known: SweepRow = {
      sweep: 0,
      layer: 0,
      head: -1,
      measures: tableOf(2, 2, { prob: [0, 0, 0, 0], kl: [0, 0] }),
      computed: Uint8Array.of(1, 1),
      notFinite: new Uint8Array(2),
      blockRowsDone: 1,
    };
    await onRow(known);
    await onRow({ ...known, layer: 1 });
    return 'done';
  },
};

test('everything is run, and a token that is none here stays open', async () => {
  const run = new ReportRun();
  await run.run(SOURCE, MODEL, REPORT);
  expect([run.status, run.done]).toEqual(['done', 3]);
  expect(run.figures['t']?.table?.clean.probs).toEqual([0.75, undefined]);
  expect(run.figures['f']?.heatmap?.sweeps[0]?.known).toEqual([true, true]);
  const attempts = run.figures['a']?.attempts ?? [];
  expect(turned(attempts)).toBe(1);
  const [, , item] = REPORT.items;
  if (item?.kind !== 'attempts') throw new Error('no attempts');
  expect([...attemptsPicture(item, attempts, MODEL).values]).toEqual([0.75, 0.25, 0.25, 0.75]);
});

test('an item that fails does not end the others', async () => {
  const run = new ReportRun();
  const broken = { ...SOURCE, predict: () => Promise.reject(new Error('no such prompt')) };
  await run.run(broken, MODEL, REPORT);
  expect(run.status).toBe('done');
  expect(run.figures['t']).toEqual({ problem: 'no such prompt' });
  expect(run.figures['f']?.heatmap).toBeDefined();
});

test('it is cancelled between items', async () => {
  const run = new ReportRun();
  const source = {
    ...SOURCE,
    predict: () => {
      run.cancel();
      return Promise.resolve([]);
    },
  };
  await run.run(source, MODEL, REPORT);
  expect([run.status, run.done, Object.keys(run.figures)]).toEqual(['cancelled', 0, []]);
});

test('the report’s file has the form that this part reads', () => {
  const path = new URL('../../tools/report/report.json', import.meta.url);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return;
  }
  const report = JSON.parse(text) as Report;
  expect(report.models.xl.n_layer).toBe(48);
  for (const item of report.items) {
    if (item.kind === 'table') expect(columnsFor(report, 4, item.clean).length).toBeGreaterThan(0);
    else expect(item.says.length).toBeGreaterThan(0);
  }
  expect(report.items.map(({ label }) => label)).toContain('Table 3');
});
