/** What a box drawn over a heatmap restricts the next run to. */

import type { SweepInfo } from '../engine/module';
import type { Bounds, Experiment } from '../experiment/experiment';
import type { Box } from './layout';
import { type Panel, placeOf } from './panels';
import type { LabResult } from './result';

export type Region = NonNullable<Experiment['region']>;

/** positions: how many there are; a heatmap of heads does not tell them apart. */
export function regionOf(
  box: Box,
  panel: Panel,
  info: SweepInfo,
  nHead: number,
  positions: number,
): Region {
  const layers = box.rows.map((row) => placeOf(info, nHead, panel.rows[row] ?? 0, 0).layer);
  const bounds = (values: readonly number[]): Bounds => [
    Math.min(...values),
    Math.max(...values) + 1,
  ];
  return {
    layers: bounds(layers),
    positions: info.axes === 'head' ? [0, positions] : bounds(box.columns),
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
    end - first === 1 ? `${name} ${first}` : `${name}s ${first}–${end - 1}`;
  return `${range('layer', layers)}, ${range('position', positions)}`;
}
