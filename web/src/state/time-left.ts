/** How long a run will still take. */

import type { ExperimentStart } from '../engine/module';

/** A run longer than this is told beforehand. */
export const LONG_RUN_SECONDS = 20;

/**
 * From the pace of the rows so far, and before there are any, of the two runs at the start; undefined
 * where neither tells. seconds: that `done` block-rows took.
 */
export function secondsLeft(
  start: Pick<ExperimentStart, 'blockRows' | 'startBlockRows' | 'startSeconds'>,
  done: number,
  seconds: number,
): number | undefined {
  const left = Math.max(0, start.blockRows - done);
  if (left === 0) return 0;
  if (done > 0 && seconds > 0) return (left * seconds) / done;
  if (start.startBlockRows > 0) return (left * start.startSeconds) / start.startBlockRows;
  return undefined;
}
