/** What one heatmap shows: exact values where they are known, estimates where not, and their scale. */

import type { ExperimentStart } from '../engine/module';
import {
  type ColourRange,
  colourRange,
  type Metric,
  rawValues,
  type Reference,
  runValue,
  scaled,
  scalingOf,
  type Subject,
  unpatchedRun,
} from './metrics';
import type { SweepValues } from './result';

export interface Shown {
  /** [row][column]; NaN where nothing is known. */
  values: Float32Array;
  /** [row][column], whether the value is an estimate. */
  isEstimate: readonly boolean[];
  range: ColourRange;
  /** Whether values are shares of the gap between the runs. */
  isShare: boolean;
  flag: string | undefined;
}

/** estimate: [row][column], of the metric's change, where there is one. */
export function shownValues(
  start: ExperimentStart,
  sweep: SweepValues,
  metric: Metric,
  reference: Reference,
  subject: Subject,
  estimate?: Float32Array,
): Shown {
  const exact = rawValues(sweep, metric, subject);
  const unpatched = runValue(unpatchedRun(start, sweep.info), metric, subject);
  const raw = exact.map((value, i) =>
    Number.isNaN(value) ? unpatched + (estimate?.[i] ?? Number.NaN) : value,
  );
  const isEstimate = Array.from(
    exact,
    (value, i) => Number.isNaN(value) && !Number.isNaN(raw[i] ?? Number.NaN),
  );
  const scaling = scalingOf(start, sweep.info, metric, reference, subject);
  const values = scaled(raw, scaling);
  return {
    values,
    isEstimate,
    range: colourRange(values, metric, scaling),
    isShare: reference === 'share' && scaling.flag === undefined,
    flag: scaling.flag,
  };
}
