/** What a box drawn over a heatmap restricts the next run to. */

import type { SweepInfo } from '../engine/module';
import type { Bounds, Experiment } from '../experiment/experiment';
import { largestOf, leastOf } from './extremes';
import { namedRange } from './panels';
import type { LabResult } from './result';

export type Region = NonNullable<Experiment['region']>;

const boundsOf = (values: readonly number[]): Bounds => [leastOf(values), largestOf(values) + 1];

/** columns: none of a heatmap of heads, which does not tell positions apart. length: how many there are. */
export const regionOf = (
  layers: readonly number[],
  columns: readonly number[] | undefined,
  length: number,
): Region => ({
  layers: boundsOf(layers),
  positions: columns ? boundsOf(columns) : [0, length],
});

/** A sweep's rows, those of the layers that are asked for. */
const rowsOf = ({ model }: LabResult, { rows, firstLayer, endLayer }: SweepInfo): number =>
  (rows / model.nLayer) * (endLayer - firstLayer);

/** Heatmap rows of all sweeps. */
export const rowsToCompute = (result: LabResult): number =>
  result.sweeps.reduce((rows, { info }) => rows + rowsOf(result, info), 0);

/** Of each row of a sweep, those that are asked for. */
function cellsInRow({ experiment: { region } }: LabResult, { axes, columns }: SweepInfo): number {
  if (!region || axes === 'head') return columns;
  const [first, end] = region.positions;
  return Math.max(0, Math.min(end, columns) - first);
}

/** How many cells the last run has computed, of how many that are asked for. */
export function cellsOfRun(result: LabResult): { done: number; all: number } {
  let [done, all] = [0, 0];
  for (const { info, rowsDone } of result.sweeps) {
    const inRow = cellsInRow(result, info);
    done += rowsDone * inRow;
    all += rowsOf(result, info) * inRow;
  }
  return { done, all };
}

/** "layer 0", "layers 2–5" */
export const boundsText = (name: string, [first, end]: Bounds): string =>
  namedRange(name, first, end - 1);

/** Whether all that was asked for is known. */
export function isWhole(result: LabResult): boolean {
  const known = result.sweeps.map((sweep) => sweep.known.filter(Boolean).length);
  return known.reduce((sum, rows) => sum + rows, 0) >= rowsToCompute(result);
}

/** "layers 2–5, positions 0–3" */
export const regionText = ({ layers, positions }: Region): string =>
  `${boundsText('layer', layers)}, ${boundsText('position', positions)}`;
