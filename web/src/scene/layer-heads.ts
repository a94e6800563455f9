/** The heads of one layer, each patched alone at all positions. */

import type { EngineAccess } from '../worker/engine-access';
import type { Direction, Experiment } from '../experiment/experiment';
import { largestOf } from '../result/extremes';
import { shownValues } from '../result/shown';
import { emptyResult, type LabResult, withRow } from '../result/result';
import type { View } from './scene-map';

/** The experiment that gives one layer's heads, of the same runs and targets. */
export function headsOf(
  of: Experiment,
  layer: number,
  direction: Direction,
  length: number,
): Experiment {
  const heads: Experiment = {
    ...of,
    sites: ['z'],
    by_position: false,
    directions: [direction],
    window: 1,
    span: 1,
    region: { layers: [layer, layer + 1], positions: [0, length] },
  };
  delete heads.layers_of_sites; // of what was patched there
  return heads;
}

export interface LayerHeads {
  /** [head], as the map's view shows it. */
  values: Float32Array;
  /** The one that moves it most. */
  strongest: number;
}

/** Undefined where it was given up. */
export async function layerHeads(
  engine: EngineAccess,
  result: LabResult,
  layer: number,
  direction: Direction,
  view: View,
  signal: AbortSignal,
): Promise<LayerHeads | undefined> {
  const length = result.start.tokensClean.length;
  let heads: LabResult | undefined;
  const end = await engine.run(
    headsOf(result.experiment, layer, direction, length),
    'the heads of a layer',
    {
      onStart: (start, run) => {
        heads = emptyResult(run, result.model, start);
        return [];
      },
      onRow: (row) => {
        if (heads) heads = withRow(heads, row);
      },
    },
    signal,
  );
  const sweep = heads?.sweeps[0];
  if (end !== 'done' || !heads || !sweep) return undefined;
  const { metric, reference, subject } = view;
  const { values, unpatched } = shownValues(heads.start, sweep, metric, reference, subject);
  const { columns } = sweep.info;
  const ofLayer = values.slice(layer * columns, (layer + 1) * columns);
  const moved = Array.from(ofLayer, (value) => Math.abs(value - unpatched));
  return { values: ofLayer, strongest: Math.max(0, moved.indexOf(largestOf(moved))) };
}
