/** A small result for tests: two layers, two positions, two targets; the last layer is computed. */

import type { ExperimentStart, Measures } from '../../web/src/engine/module';
import type { Experiment } from '../../web/src/experiment/experiment';
import { emptyResult, type LabResult, withRow } from '../../web/src/result/result';
import { tableOf } from './measure-tables';

export const EXPERIMENT: Experiment = {
  patchboard: 1,
  clean: 'Jones a',
  corrupted: 'Smith a',
  targets: [' Jones', ' Smith'],
  sites: ['resid_post'],
  by_position: false,
  directions: ['denoising'],
  corruption: { kind: 'prompt' },
  window: 1,
  span: 1,
};

const measures = (prob: number[], logit: number[], rank: number[], kl: number): Measures => {
  const [a = 0, b = 0] = logit;
  const log_prob = prob.map(Math.log);
  const others = { margin: [a - b, b - a], entropy: [0.5] };
  return tableOf(2, 1, { prob, log_prob, logit, rank, kl: [kl], ...others });
};

export const START: ExperimentStart = {
  tokensClean: [
    { id: 1, text: 'Jones' },
    { id: 2, text: ' a' },
  ],
  tokensCorrupted: [
    { id: 3, text: 'Smith, "x"' },
    { id: 2, text: ' a' },
  ],
  tokensMean: [],
  targets: [
    { text: ' Jones', tokens: [{ id: 5, text: ' Jones' }] },
    { text: ' Smith', tokens: [{ id: 6, text: ' Smith' }] },
  ],
  clean: measures([0.75, 0.125], [4, 1], [1, 2], 0),
  corrupted: measures([0.25, 0.5], [2, 3], [2, 1], 0.5),
  topClean: [],
  topCorrupted: [],
  sweeps: [
    {
      site: 'resid_post',
      direction: 'denoising',
      axes: 'position',
      rows: 2,
      columns: 2,
      firstLayer: 0,
      endLayer: 2,
      blockRows: 1,
    },
  ],
  blockRows: 1,
  naiveBlockRows: 4,
  startBlockRows: 8,
  startSeconds: 0.1,
};

export const MODEL = {
  id: 'gpt2',
  label: 'GPT-2 small',
  dtype: 'f32' as const,
  nLayer: 2,
  nHead: 2,
};

export function exampleResult(
  experiment: Partial<Experiment> = {},
  start: Partial<ExperimentStart> = {},
): LabResult {
  const empty = emptyResult({ ...EXPERIMENT, ...experiment }, MODEL, { ...START, ...start });
  return withRow(empty, {
    sweep: 0,
    layer: 1,
    head: -1,
    measures: tableOf(2, 2, {
      prob: [0.1, 0.75, 0.5, 0.125],
      log_prob: [0.1, 0.75, 0.5, 0.125].map(Math.log),
      logit: [3, 4, 2, 1],
      rank: [1, 1, 2, 2],
      kl: [0.25, 0],
      margin: [1, 3, -1, -3],
      entropy: [0.5, 0.25],
    }),
    computed: Uint8Array.of(1, 1),
    notFinite: new Uint8Array(2),
    blockRowsDone: 1,
  });
}

/** As it may be saved and opened: its prompts are what its tokens are. */
export const savedExample = (experiment: Partial<Experiment> = {}): LabResult =>
  exampleResult({ corrupted: 'Smith, "x" a', ...experiment });
