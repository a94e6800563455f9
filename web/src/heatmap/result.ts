/** What an experiment gave, as it arrives: columns of numbers, no object per cell. */

import type { ExperimentStart, SweepInfo, SweepRow } from '../engine/module';
import type { Experiment } from '../experiment/experiment';
import type { Dtype } from '../weights/dtype';

/** The model that a result is of. */
export interface ResultModel {
  id: string;
  label: string;
  dtype: Dtype;
  nLayer: number;
  nHead: number;
  /** See `ModelInfo.fingerprint`. */
  digest?: string | undefined;
}

/** One heatmap's values; NaN until computed, and where what was computed is not finite. */
export interface SweepValues {
  info: SweepInfo;
  /** Consecutive layers, and positions, that each cell's patch is in. */
  window: number;
  span: number;
  /** [target][row][column], flat. */
  prob: Float32Array;
  logProb: Float32Array;
  logit: Float32Array;
  rank: Float32Array;
  /** [row][column] */
  kl: Float32Array;
  /** [row][column], 1 where a cell was computed and is not finite. */
  notFinite: Uint8Array;
  /** [row], whether it is computed. */
  known: boolean[];
  rowsDone: number;
}

export interface LabResult {
  experiment: Experiment;
  model: ResultModel;
  start: ExperimentStart;
  /** [sweep], as in `start.sweeps`. */
  sweeps: SweepValues[];
  blockRowsDone: number;
}

function emptySweep(info: SweepInfo, targets: number, experiment: Experiment): SweepValues {
  const cells = info.rows * info.columns;
  const unknown = (size: number) => new Float32Array(size).fill(Number.NaN);
  return {
    info,
    window: experiment.window,
    span: experiment.span,
    prob: unknown(targets * cells),
    logProb: unknown(targets * cells),
    logit: unknown(targets * cells),
    rank: unknown(targets * cells),
    kl: unknown(cells),
    notFinite: new Uint8Array(cells),
    known: Array.from({ length: info.rows }, () => false),
    rowsDone: 0,
  };
}

export function emptyResult(
  experiment: Experiment,
  model: ResultModel,
  start: ExperimentStart,
): LabResult {
  const sweeps = start.sweeps.map((info) => emptySweep(info, start.targets.length, experiment));
  return { experiment, model, start, sweeps, blockRowsDone: 0 };
}

/** Which row of its heatmap a sweep's row is. */
export function rowIndex(info: SweepInfo, nHead: number, row: { layer: number; head: number }) {
  return info.axes === 'head-position' ? row.layer * nHead + row.head : row.layer;
}

/** Where the values of one target's heatmap row begin. */
export function rowOffset(sweep: SweepValues, target: number, row: number): number {
  return (target * sweep.info.rows + row) * sweep.info.columns;
}

/** Puts a row in its place, in the same arrays; returns new objects, so that views see the change. */
export function withRow(result: LabResult, row: SweepRow): LabResult {
  const sweep = result.sweeps[row.sweep];
  if (!sweep) throw new Error(`a row of sweep ${row.sweep}, of ${result.sweeps.length}`);
  const { columns } = sweep.info;
  const index = rowIndex(sweep.info, result.model.nHead, row);
  result.start.targets.forEach((_, target) => {
    for (const name of ['prob', 'logProb', 'logit', 'rank'] as const) {
      const values = row[name].subarray(target * columns, (target + 1) * columns);
      sweep[name].set(values, rowOffset(sweep, target, index));
    }
  });
  sweep.kl.set(row.kl, index * columns);
  sweep.notFinite.set(row.notFinite, index * columns);
  sweep.known[index] = true;
  const sweeps = [...result.sweeps];
  sweeps[row.sweep] = { ...sweep, rowsDone: sweep.rowsDone + 1 };
  return { ...result, sweeps, blockRowsDone: row.blockRowsDone };
}
