/** From a sweep's values to what a heatmap colours. */

import type { Colouring } from '../experiment/experiment';
import { rowOffset, type SweepResult } from './result';

export interface ColouringText {
  label: string;
  /** What a positive and what a negative value means. */
  meaning: string;
  unit: 'probability' | 'logit';
}

export const COLOURING_TEXTS: Record<Colouring, ColouringText> = {
  'prob-corrupted': {
    label: 'Probability − corrupted run',
    meaning: 'How much more probable the patch makes the token than the corrupted run does.',
    unit: 'probability',
  },
  'prob-clean': {
    label: 'Probability − clean run',
    meaning: 'How far the patched run still is from the clean run; the report shows this.',
    unit: 'probability',
  },
  logit: {
    label: 'Logit − corrupted run',
    meaning: 'The same before the softmax, so other tokens play no part.',
    unit: 'logit',
  },
  'logit-diff': {
    label: 'Logit difference of two targets',
    meaning:
      'The first target’s logit minus the second’s, and from that the corrupted run’s: what moves ' +
      'the model from one answer to the other.',
    unit: 'logit',
  },
};

/** Which heatmap: a target, or for the logit difference a pair of them. */
export interface HeatmapSubject {
  target: number;
  against: number;
}

/** What a cell of value zero stands for, and each cell's value: [layer][position], NaN until known. */
export function heatmapValues(
  result: SweepResult,
  colouring: Colouring,
  { target, against }: HeatmapSubject,
): Float32Array {
  const { corrupted, clean } = result.start;
  const begin = rowOffset(result, target, 0);
  const end = rowOffset(result, target + 1, 0);
  const at = (values: Float32Array, index: number) => values[index] ?? Number.NaN;
  switch (colouring) {
    case 'prob-corrupted':
      return result.prob.slice(begin, end).map((value) => value - at(corrupted.prob, target));
    case 'prob-clean':
      return result.prob.slice(begin, end).map((value) => value - at(clean.prob, target));
    case 'logit':
      return result.logit.slice(begin, end).map((value) => value - at(corrupted.logit, target));
    case 'logit-diff': {
      const other = rowOffset(result, against, 0);
      const base = at(corrupted.logit, target) - at(corrupted.logit, against);
      return result.logit
        .slice(begin, end)
        .map((value, i) => value - at(result.logit, other + i) - base);
    }
  }
}

// Smaller changes are shown pale in place of being blown up to full colour.
const LEAST_EXTENT = { probability: 0.01, logit: 0.1 };

/** The largest magnitude, at least what is worth colouring: the scale goes from minus to plus this. */
export function extentOf(values: Float32Array, unit: ColouringText['unit']): number {
  let extent = LEAST_EXTENT[unit];
  for (const value of values) {
    if (Math.abs(value) > extent) extent = Math.abs(value);
  }
  return extent;
}

/** "+0.0312", "−1.20" */
export function formatSigned(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : (value < 0 ? '−' : '+') + text;
}
