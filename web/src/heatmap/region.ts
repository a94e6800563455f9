/** What a box drawn over a heatmap restricts the next run to. */

import type { Bounds, Experiment } from '../experiment/experiment';
import { largestOf, leastOf } from './extremes';
import type { Box } from './layout';
import { type Panel, placeOf, rangeText } from './panels';
import type { LabResult, SweepValues } from './result';

export type Region = NonNullable<Experiment['region']>;

/** positions: how many there are; a heatmap of heads does not tell them apart. */
export function regionOf(
  box: Box,
  panel: Panel,
  sweep: SweepValues,
  nHead: number,
  positions: number,
): Region {
  const layers = box.rows.map((row) => placeOf(sweep, nHead, panel.rows[row] ?? 0, 0).layer);
  const bounds = (values: readonly number[]): Bounds => [leastOf(values), largestOf(values) + 1];
  return {
    layers: bounds(layers),
    positions: sweep.info.axes === 'head' ? [0, positions] : bounds(box.columns),
  };
}

/** Heatmap rows of all sweeps; of a region, those of its layers. */
export function rowsToCompute({ experiment, model, sweeps }: LabResult): number {
  const { layers } = experiment.region ?? {};
  const share = layers ? (layers[1] - layers[0]) / model.nLayer : 1;
  return sweeps.reduce((rows, { info }) => rows + Math.round(info.rows * share), 0);
}

/** "layers 2–5, positions 0–3" */
export function regionText({ layers, positions }: Region): string {
  const range = (name: string, [first, end]: Bounds) =>
    `${name}${end - first === 1 ? '' : 's'} ${rangeText(first, end - 1)}`;
  return `${range('layer', layers)}, ${range('position', positions)}`;
}
