/** A result small enough to be kept and to be told from others at a glance. */

import { type Estimates, estimateOf, firstOrderMetric } from '../result/estimates';
import {
  isAblation,
  isWide,
  type MetricChoice,
  metricInfo,
  rawValues,
  runValue,
  shownMetric,
  subjectsOf,
  unpatchedRun,
} from '../result/metrics';
import { isWhole } from '../result/region';
import type { LabResult, SweepValues } from '../result/result';
import type { Thumbnail } from './entry';

const LARGEST_SIDE = 64;

/** The heatmap that stands for the result. */
export function mainSweep({ sweeps }: LabResult): SweepValues | undefined {
  return sweeps.find(({ info }) => info.site === 'resid_post') ?? sweeps[0];
}

/** [row][column]: how much of the way to the other run each patch moves the metric, estimated where nobody computed it. */
function sharesOf(
  result: LabResult,
  sweep: SweepValues,
  choice: MetricChoice,
  estimates: Estimates,
): Float32Array {
  const { start, experiment, sweeps } = result;
  const chosen = shownMetric(choice.metric, start.targets);
  const isEstimated = Object.keys(estimates).length > 0 && !isWhole(result);
  const metric = isEstimated ? firstOrderMetric(chosen, start.targets) : chosen;
  const subject = subjectsOf(metric, choice, start.targets)[0] ?? choice;
  const base = unpatchedRun(start, sweep.info);
  const other = base === start.clean ? start.corrupted : start.clean;
  const unpatched = runValue(base, metric, subject);
  const estimate = estimateOf(estimates, metric, subject, sweeps.indexOf(sweep));
  const changes = rawValues(sweep, metric, subject).map((value, cell) =>
    Number.isNaN(value) && !sweep.notFinite[cell] ? (estimate?.[cell] ?? NaN) : value - unpatched,
  );
  const whole = runValue(other, metric, subject) - unpatched;
  if (!isAblation(experiment) && isWide(whole, metric)) {
    return changes.map((change) => change / whole);
  }
  // There is no way to go: what moves it most is the whole.
  const largest = changes.reduce((most, change) => {
    return Number.isNaN(change) ? most : Math.max(most, Math.abs(change));
  }, metricInfo(metric).leastChange);
  return changes.map((change) => Math.abs(change) / largest);
}

/** The strongest of the cells that fall into one of the thumbnail's, so that none is lost. */
export function thumbnailOf(
  result: LabResult,
  sweep: SweepValues,
  choice: MetricChoice,
  estimates: Estimates = {},
): Thumbnail {
  const { info } = sweep;
  const shares = sharesOf(result, sweep, choice, estimates);
  const rows = Math.min(info.rows, LARGEST_SIDE);
  const columns = Math.min(info.columns, LARGEST_SIDE);
  const small = new Float32Array(rows * columns).fill(Number.NaN);
  shares.forEach((share, cell) => {
    if (Number.isNaN(share)) return;
    const row = Math.floor((Math.floor(cell / info.columns) * rows) / info.rows);
    const column = Math.floor(((cell % info.columns) * columns) / info.columns);
    const at = row * columns + column;
    const known = small[at] ?? Number.NaN;
    const clipped = Math.min(1, Math.max(0, share));
    small[at] = Number.isNaN(known) ? clipped : Math.max(known, clipped);
  });
  return { rows, columns, shares: small, direction: info.direction };
}
