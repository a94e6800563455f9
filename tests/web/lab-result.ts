/** A small result, of two layers, two heads and two positions, for the tests. */

import type { ExperimentStart, Measures, SweepInfo } from '../../web/src/engine/module';
import { DEFAULTS } from '../../web/src/experiment/defaults';
import { emptyResult, type LabResult } from '../../web/src/result/result';
import { tableOf } from './measure-tables';

const token = (id: number) => ({ id, text: ` ${id}` });

const measures = (prob: number[], logit: number[], rank: number[], kl: number): Measures => {
  const margin = rank.map((place) => (place === 1 ? 1 : place === 2 ? -1 : Number.NaN));
  const others = { log_prob: prob.map(Math.log), margin, entropy: [0.5] };
  return tableOf(prob.length, 1, { prob, logit, rank, kl: [kl], ...others });
};

const sweep = (change: Partial<SweepInfo>): SweepInfo => ({
  site: 'resid_post',
  direction: 'denoising',
  axes: 'position',
  rows: 2,
  columns: 2,
  firstLayer: 0,
  endLayer: 2,
  blockRows: 4,
  ...change,
});

/** Three targets, of which the last is two tokens. */
export const start: ExperimentStart = {
  tokensClean: [1, 2].map(token),
  tokensCorrupted: [3, 2].map(token),
  tokensMean: [],
  targets: [
    { text: ' 5', tokens: [token(5)] },
    { text: ' 6', tokens: [token(6)] },
    { text: ' 7 8', tokens: [token(7), token(8)] },
  ],
  clean: measures([0.75, 0.125, 0.5], [4, 1, NaN], [1, 2, NaN], 0),
  corrupted: measures([0.25, 0.5, 0.25], [2, 3, NaN], [2, 1, NaN], 0.5),
  topClean: [],
  topCorrupted: [],
  sweeps: [
    sweep({}),
    sweep({ direction: 'noising' }),
    sweep({ site: 'z', axes: 'head' }),
    sweep({ site: 'q', axes: 'head-position', rows: 4 }),
  ],
  blockRows: 16,
  naiveBlockRows: 64,
  startBlockRows: 8,
  startSeconds: 2,
};

export const empty: LabResult = emptyResult(
  DEFAULTS,
  { id: 'm', label: 'M', dtype: 'f32', nLayer: 2, nHead: 2 },
  start,
);

/** A row of two columns: 0.5 and 0.75 for the first target, and so on. */
export const rowOf = (index: number, layer: number, head = -1) => ({
  sweep: index,
  layer,
  head,
  measures: tableOf(3, 2, {
    prob: [0.5, 0.75, 0.5, 0.125, 0.25, 0.5],
    log_prob: [-1, -0.25, -1, -2, -1.5, -1],
    logit: [3, 4, 2, 1, NaN, NaN],
    rank: [2, 1, 1, 2, NaN, NaN],
    kl: [0.25, 0],
    margin: [1, 2, -1, -2, NaN, NaN],
    entropy: [0.5, 0.75],
  }),
  computed: Uint8Array.of(1, 1),
  notFinite: new Uint8Array(2),
  blockRowsDone: 4,
});
