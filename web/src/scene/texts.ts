/** Names of what a map can show, short enough for the scene. */

import { type Metric, metricInfo, type Reference } from '../result/metrics';

export const REFERENCE_TEXTS: Record<Reference, string> = {
  unpatched: 'change by the patch',
  corrupted: 'minus the corrupted run',
  clean: 'minus the clean run',
  raw: 'the value itself',
  share: 'share of the gap restored',
};

/** Which targets, the question says. */
export const metricText = (metric: Metric): string =>
  metricInfo(metric).label.replace(/ of two targets$/, '');
