/** What the map asks: of the runs' own answers, so that a place is never said to bring what it takes away. */

import type { Direction } from '../experiment/experiment';
import { gapOf, isAblation, type Metric, metricInfo } from '../result/metrics';
import type { LabResult } from '../result/result';
import { visibleText } from '../tokens/token-diff';
import type { View } from './scene-map';

/** "KL divergence", "entropy" */
const nameOf = (metric: Metric): string => {
  const { label } = metricInfo(metric);
  return /^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label;
};

/** Whether the clean run says more of it than the corrupted one; undefined where they hardly differ. */
function isMoreInClean({ start }: LabResult, { metric, subject }: View): boolean | undefined {
  const gap = gapOf(start, metric, subject);
  const { better, leastChange, leastGap } = metricInfo(metric);
  if (Math.abs(gap) < Math.max(leastChange, leastGap)) return undefined;
  return gap > 0 === (better === 'higher');
}

export function questionOf(result: LabResult, direction: Direction, view: View): string {
  const { metric, subject } = view;
  const isAblated = isAblation(result.experiment);
  const from = direction === 'denoising' ? 'clean' : 'corrupted';
  const how = isAblated ? 'taken out' : `copied from the ${from} run`;
  if (!metricInfo(metric).ofTarget) return `What is the ${nameOf(metric)} with a place ${how}?`;
  const answer = `“${visibleText(result.start.targets[subject.target]?.text ?? '')}”`;
  if (isAblated) return `Which place, ${how}, takes ${answer} away?`;
  const isMore = isMoreInClean(result, view);
  if (isMore === undefined) return `Which place, ${how}, changes ${answer} most?`;
  if (isMore !== (direction === 'denoising')) return `Which place, ${how}, takes ${answer} away?`;
  return `Which place, ${how}, brings ${answer}${isMore ? ' back' : ''}?`;
}
