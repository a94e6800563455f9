/** What the map asks: of the runs' own answers, so that a place is never said to bring what no run says. */

import type { Prediction, Target } from '../engine/module';
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

const quoted = (text = '') => `“${visibleText(text)}”`;

/** Whether a run that has these predictions says it, or begins to. */
const says = (top: readonly Prediction[], target: Target | undefined): boolean =>
  top[0] !== undefined && top[0].id === target?.tokens[0]?.id;

interface Asked {
  /** What follows "what": " in the clean run", ", taken out," */
  place: string;
  /** "“·Jones”" */
  target: string;
  /** "“·Smith”", of a logit difference alone. */
  against: string | undefined;
  /** Whether the patch makes more of it; undefined where the runs hardly differ. */
  isRaised: boolean | undefined;
}

/** What both runs say alike, where they do. */
const saidByBoth = ({ experiment, start }: LabResult): Prediction | undefined => {
  const [answer] = start.topClean;
  const isAlike = !isAblation(experiment) && answer?.id === start.topCorrupted[0]?.id;
  return isAlike ? answer : undefined;
};

/** Of a target that no run need say: it comes and goes in none. */
function changeText({ place, target, against, isRaised }: Asked, said: string | undefined): string {
  const verb = isRaised === undefined ? 'moves' : isRaised ? 'raises' : 'lowers';
  const what = said === target ? 'it' : target;
  const asked = `${place} ${verb} ${what}${against ? ` against ${against}` : ''}?`;
  return said === undefined ? `What${asked}` : `Both say ${said}: what${asked}`;
}

function targetQuestion(result: LabResult, direction: Direction, view: View): string {
  const { targets, topClean, topCorrupted } = result.start;
  const [target, other] = [targets[view.subject.target], targets[view.subject.against]];
  const isAblated = isAblation(result.experiment);
  const isMore = isMoreInClean(result, view);
  const isDenoised = direction === 'denoising';
  const asked: Asked = {
    place: isAblated ? ', taken out,' : ` in the ${isDenoised ? 'clean' : 'corrupted'} run`,
    target: quoted(target?.text),
    against: view.metric === 'logit_diff' ? quoted(other?.text) : undefined,
    isRaised: isAblated ? false : isMore === undefined ? undefined : isMore === isDenoised,
  };
  const { place, isRaised } = asked;
  const [ofClean, ofCorrupted] = [says(topClean, target), says(topCorrupted, target)];
  const isSaid = isAblated || !isDenoised ? ofClean : ofCorrupted;
  const isSaidThere = !isAblated && (isDenoised ? ofClean : ofCorrupted);
  const against = asked.against ? `, against ${asked.against}` : '';
  if (isRaised === true && isSaidThere && !isSaid) {
    const back = isDenoised ? ' back' : '';
    return `What${place} brings ${asked.target}${back}${against}?`;
  }
  if (isRaised === false && isSaid && !isSaidThere) {
    return `What${place} takes ${asked.target} away${against}?`;
  }
  const both = saidByBoth(result);
  return changeText(asked, both && quoted(both.text));
}

export function questionOf(result: LabResult, direction: Direction, view: View): string {
  if (metricInfo(view.metric).ofTarget) return targetQuestion(result, direction, view);
  const from = direction === 'denoising' ? 'clean' : 'corrupted';
  const how = isAblation(result.experiment) ? 'taken out' : `copied from the ${from} run`;
  return `What is the ${nameOf(view.metric)} with a place ${how}?`;
}
