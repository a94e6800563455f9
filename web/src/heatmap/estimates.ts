/** Which first-order estimates go with what is shown; of logits alone, which gradients are taken of. */

import type { AttributionMetric } from '../engine/engine-access';
import type { AttributionResult } from '../engine/module';
import type { Metric, Subject } from './metrics';

/** [key of a metric]: see `estimateKey`. */
export type Estimates = Readonly<Record<string, AttributionResult>>;

export const estimateKey = ({ metric, target, against }: AttributionMetric) =>
  `${metric} ${target} ${against}`;

export function estimatesFor(metric: Metric, subjects: readonly Subject[]): AttributionMetric[] {
  if (metric !== 'logit' && metric !== 'logit_diff') return [];
  return subjects.map((subject) => ({ metric, ...subject }));
}

/** [row][column], of the metric's change from the unpatched run. */
export function estimateOf(
  estimates: Estimates,
  metric: Metric,
  subject: Subject,
  sweep: number,
): Float32Array | undefined {
  const [wanted] = estimatesFor(metric, [subject]);
  const found = wanted && estimates[estimateKey(wanted)];
  return found?.estimates.find((estimate) => estimate.sweep === sweep)?.values;
}
