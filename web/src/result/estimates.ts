/** Which first-order estimates go with what is shown; of logits alone, which gradients are taken of. */

import type { AttributionMetric, AttributionResult, Target } from '../engine/module';
import { visibleText } from '../tokens/token-diff';
import { availableMetrics, type Metric, metricInfo, type Subject } from './metrics';

/** [key of a metric]: see `estimateKey`. */
export type Estimates = Readonly<Record<string, AttributionResult>>;

export const estimateKey = ({ metric, target, against }: AttributionMetric) =>
  `${metric} ${target} ${against}`;

/** Of which there are first-order maps; what targets propose first. */
const FIRST_ORDER: readonly Metric[] = ['logit_diff', 'logit'];

/** The metric whose first-order map is shown where one has none; itself where it has one, or where there is no other. */
export function firstOrderMetric(metric: Metric, targets: readonly Target[]): Metric {
  if (FIRST_ORDER.includes(metric)) return metric;
  const available = availableMetrics(targets);
  return FIRST_ORDER.find((name) => available.includes(name)) ?? metric;
}

/** What is said of a map that stands for that of another metric. */
export function standInText(
  metric: Metric,
  standIn: Metric,
  { target, against }: Subject,
  targets: readonly Target[],
): string {
  const name = (index: number) => visibleText(targets[index]?.text ?? '');
  const shown =
    standIn === 'logit_diff'
      ? `the logit difference, ${name(target)} against ${name(against)}`
      : `the logit of ${name(target)}`;
  return `“${metricInfo(metric).label}” has no first-order map: this one is of ${shown}.`;
}

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
