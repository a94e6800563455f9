/** What a heatmap is called by what it shows. */

import type { Target } from '../engine/module';
import { visibleText } from '../tokens/token-diff';
import { type Metric, metricInfo, type Subject } from './metrics';

export function subjectTitle(metric: Metric, subject: Subject, targets: readonly Target[]): string {
  const name = (index: number) => visibleText(targets[index]?.text ?? '');
  if (!metricInfo(metric).ofTarget) return 'All tokens';
  if (metric === 'logit_diff') return `${name(subject.target)} against ${name(subject.against)}`;
  return name(subject.target);
}
