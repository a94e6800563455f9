/** A sweep's values as they arrive: columns of numbers, no object per cell. */

import type { PatchRow, PatchStart } from '../engine/module';

export interface SweepResult {
  start: PatchStart;
  nLayer: number;
  /** Positions; the prompts' length in tokens. */
  length: number;
  /** [target][layer][position], flat; NaN until computed. */
  prob: Float32Array;
  logit: Float32Array;
  rowsDone: number;
  blockRowsDone: number;
}

export function emptyResult(start: PatchStart, nLayer: number): SweepResult {
  const length = start.tokensClean.length;
  const cells = start.targets.length * nLayer * length;
  return {
    start,
    nLayer,
    length,
    prob: new Float32Array(cells).fill(Number.NaN),
    logit: new Float32Array(cells).fill(Number.NaN),
    rowsDone: 0,
    blockRowsDone: 0,
  };
}

/** Where the values of one target's heatmap row begin. */
export function rowOffset(result: SweepResult, target: number, layer: number): number {
  return (target * result.nLayer + layer) * result.length;
}

/** Puts a row in its place, in the same arrays; returns a new object, so that views see the change. */
export function withRow(result: SweepResult, row: PatchRow): SweepResult {
  const { length } = result;
  for (let target = 0; target < result.start.targets.length; target++) {
    const from = target * length;
    const to = rowOffset(result, target, row.layer);
    result.prob.set(row.prob.subarray(from, from + length), to);
    result.logit.set(row.logit.subarray(from, from + length), to);
  }
  return { ...result, rowsDone: result.rowsDone + 1, blockRowsDone: row.blockRowsDone };
}
