/** How far a run is, and what it cost, in words. */

import { formatCount, formatDuration } from '../result/format';
import { hasGaps } from '../result/known-elsewhere';
import { cellsOfRun } from '../result/region';
import type { LabRun } from '../state/lab-run.svelte';
import { LONG_RUN_SECONDS } from '../state/time-left';

type Told = Pick<
  LabRun,
  | 'status'
  | 'hasBegun'
  | 'waitsFor'
  | 'result'
  | 'estimates'
  | 'secondsLeft'
  | 'seconds'
  | 'isKnown'
  | 'cameFrom'
  | 'engine'
>;

const tookText = (seconds: number) =>
  seconds < 90 ? `${seconds.toFixed(seconds < 10 ? 2 : 0)} s` : formatDuration(seconds);

function estimatedStory({ estimates, secondsLeft = 0 }: Told): string {
  const first =
    Object.keys(estimates).length > 0
      ? 'A first-order map, from gradients.'
      : 'What is measured has no first-order map, nor has anything else of these targets.';
  return `${first} Exact values take about ${formatDuration(secondsLeft)}.`;
}

function knownStory({ cameFrom, engine, result, estimates }: Told): string | undefined {
  if (cameFrom === 'file') {
    const areFilled = result && Object.keys(estimates).length > 0 && hasGaps(result);
    const others = areFilled
      ? ' Hatched cells are not in it: first-order estimates, made here.'
      : '';
    return `Numbers from a file, as they were saved.${others}`;
  }
  if (cameFrom !== 'history' || !result) return undefined;
  const { label, dtype } = result.model;
  const other = engine ? '' : `, of ${label} in ${dtype}, which is not in use`;
  return `From the history, as it was computed${other}.`;
}

/** One line, beside the button; empty where there is nothing to tell. */
export function runStory(run: Told): string {
  const { status, hasBegun, result, secondsLeft = 0, seconds } = run;
  if (run.waitsFor !== undefined) return `Waits for ${run.waitsFor}.`;
  if (status === 'running' && !hasBegun) return 'Running the prompts…';
  if (status === 'cancelled' && !hasBegun) return 'Cancelled before it began.';
  if (status === 'estimated') return estimatedStory(run);
  if (!result || status === 'idle' || status === 'failed') return '';
  const known = knownStory(run);
  if (known !== undefined) return known;
  const { done, all } = cellsOfRun(result);
  const counted = `${formatCount(done)} of ${formatCount(all)} cells`;
  if (status === 'running') {
    const isLong = secondsLeft > LONG_RUN_SECONDS;
    return isLong ? `${counted}, about ${formatDuration(secondsLeft)} left…` : `${counted}…`;
  }
  if (status === 'cancelled') {
    return `Cancelled after ${counted} in ${tookText(seconds)}. Run again goes on from here.`;
  }
  const repeated = run.isKnown ? ', all known from the run before' : '';
  return `All ${formatCount(all)} cells in ${tookText(seconds)}${repeated}.`;
}

/** What the last run cost; undefined where that is not known, as of a file's numbers. */
export function workText({ result, status, cameFrom }: Told): string | undefined {
  if (!result || cameFrom === 'file' || result.blockRowsDone === 0) return undefined;
  const { naiveBlockRows, blockRows } = result.start;
  const saving =
    status === 'done' && blockRows > 0 && naiveBlockRows > blockRows
      ? `, where one run for each patch would need ${formatCount(naiveBlockRows)} (${(naiveBlockRows / blockRows).toFixed(1)} times as many)`
      : '';
  return `${formatCount(result.blockRowsDone)} block-rows${saving}. A block-row is one position going through one block of the model.`;
}
