/** What an experiment gave, as it arrives: columns of numbers, no object per cell. */

import { type Measure, putCells, unknownTable } from '../engine/measure-table';
import type { ExperimentStart, MeasureTable, SweepInfo, SweepRow } from '../engine/module';
import { INPUT } from '../experiment/defaults';
import type { Experiment } from '../experiment/experiment';
import type { Dtype } from '../weights/dtype';
import type { StandIn } from '../weights/sources';

/** The model that a result is of. */
export interface ResultModel {
  id: string;
  label: string;
  dtype: Dtype;
  nLayer: number;
  nHead: number;
  /** See `ModelInfo.fingerprint`. */
  digest?: string | undefined;
  /** What stands in for a tokenizer that it does not have. */
  tokenizer?: StandIn | undefined;
}

/** One heatmap's values; NaN until computed, and where what was computed is not finite. */
export interface SweepValues {
  info: SweepInfo;
  /** Consecutive layers, and positions, that each cell's patch is in. */
  window: number;
  span: number;
  /** A cell a [row][column]. */
  measures: MeasureTable;
  /** [row][column], 1 where a cell was computed and is not finite. */
  notFinite: Uint8Array;
  /** [row], whether its values are there. */
  known: boolean[];
  /** How many rows the last run of it brought. */
  rowsDone: number;
}

export interface LabResult {
  experiment: Experiment;
  model: ResultModel;
  start: ExperimentStart;
  /** [sweep], as in `start.sweeps`. */
  sweeps: SweepValues[];
  blockRowsDone: number;
  /** What a saved result that is older does not say; where it is saved again, that is left out, too. */
  lacks?: readonly (Measure | 'not_finite')[];
}

function emptySweep(info: SweepInfo, targets: number, experiment: Experiment): SweepValues {
  const cells = info.rows * info.columns;
  return {
    info,
    window: experiment.window,
    span: experiment.span,
    measures: unknownTable(targets, cells),
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

/** Of its own arrays: the run that goes on writes into the result's. */
export function copyOf(result: LabResult): LabResult {
  const { experiment, model } = result;
  const copied = (sweep: SweepValues): SweepValues => ({
    ...sweep,
    measures: { ...sweep.measures, values: sweep.measures.values.slice() },
    notFinite: sweep.notFinite.slice(),
    known: [...sweep.known],
  });
  return {
    ...result,
    experiment: structuredClone(experiment),
    model: { ...model },
    sweeps: result.sweeps.map(copied),
  };
}

/** The same experiment begun again: its rows are counted anew, their values stay until they come. */
export function withKnown(fresh: LabResult, before: LabResult): LabResult {
  const known = copyOf(before).sweeps; // what was shown before, somebody may hold
  const sweeps = fresh.sweeps.map((sweep, index) => ({ ...sweep, ...known[index], rowsDone: 0 }));
  return { ...fresh, sweeps };
}

/** A sweep of what enters the first layer alone is shown as another one's top row. */
export const isOwnMap = ({ site, firstLayer, endLayer, rows }: SweepInfo): boolean =>
  site !== INPUT.site || endLayer - firstLayer === rows;

/** Those of the layers that the site is patched in: of what a region leaves out there are empty rows. */
export function patchedRows({ experiment, model }: LabResult, { site, rows }: SweepInfo): number[] {
  const [first, end] = experiment.layers_of_sites?.[site] ?? [0, model.nLayer];
  const inLayer = rows / model.nLayer;
  const count = (Math.min(end, model.nLayer) - first) * inLayer;
  return Array.from({ length: Math.max(0, count) }, (_, row) => first * inLayer + row);
}

/** Which row of its heatmap a sweep's row is. */
function rowIndex(info: SweepInfo, nHead: number, row: { layer: number; head: number }) {
  return info.axes === 'head-position' ? row.layer * nHead + row.head : row.layer;
}

/** Puts a row in its place, in the same arrays; returns new objects, so that views see the change. */
export function withRow(result: LabResult, row: SweepRow): LabResult {
  const sweep = result.sweeps[row.sweep];
  if (!sweep) throw new Error(`a row of sweep ${row.sweep}, of ${result.sweeps.length}`);
  const index = rowIndex(sweep.info, result.model.nHead, row);
  const first = index * sweep.info.columns;
  putCells(row.measures, sweep.measures, first);
  sweep.notFinite.set(row.notFinite, first);
  sweep.known[index] = true;
  const sweeps = [...result.sweeps];
  sweeps[row.sweep] = { ...sweep, rowsDone: sweep.rowsDone + 1 };
  return { ...result, sweeps, blockRowsDone: row.blockRowsDone };
}
