/** What one heatmap shows: exact values where they are known, estimates where not, and their scale. */

import type { ExperimentStart } from '../engine/module';
import type { CellState } from './cell-state';
import { MadeBefore } from './made-before';
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
  /** [row][column] */
  states: readonly CellState[];
  range: ColourRange;
  /** What the run that patches are put into would show: where nothing is moved. */
  unpatched: number;
  /** Whether values are shares of the gap between the runs. */
  isShare: boolean;
  flag: string | undefined;
}

const before = new MadeBefore<SweepValues, Shown>();

/** estimate: [row][column], of the metric's change, where there is one. */
export function shownValues(...asked: Parameters<typeof makeShown>): Shown {
  const [start, sweep, metric, reference, { target, against }, estimate] = asked;
  const settings = [start, metric, reference, target, against, estimate];
  return before.get(sweep, settings, () => makeShown(...asked));
}

function makeShown(
  start: ExperimentStart,
  sweep: SweepValues,
  metric: Metric,
  reference: Reference,
  subject: Subject,
  estimate?: Float32Array,
): Shown {
  const unpatched = runValue(unpatchedRun(start, sweep.info), metric, subject);
  const raw = rawValues(sweep, metric, subject).slice();
  const states = Array.from(raw, (value, i): CellState => {
    if (sweep.notFinite[i]) return 'not finite';
    if (!Number.isNaN(value)) return 'exact';
    raw[i] = unpatched + (estimate?.[i] ?? Number.NaN);
    return Number.isFinite(raw[i]) ? 'estimated' : 'not computed';
  });
  const scaling = scalingOf(start, sweep.info, metric, reference, subject);
  const values = scaled(raw, scaling).map((value, i) => {
    if (Number.isFinite(value)) return value;
    if (states[i] === 'exact') states[i] = 'not finite';
    return Number.NaN;
  });
  return {
    values,
    states,
    range: colourRange(values, metric, scaling),
    unpatched: scaled(Float32Array.of(unpatched), scaling)[0] ?? Number.NaN,
    isShare: reference === 'share' && scaling.flag === undefined,
    flag: scaling.flag,
  };
}
