/** What a program is made from: a result, or as much as is needed of a saved one. */

import type { ExperimentStart, Token } from '../../engine/module';
import { isHeadSite } from '../../experiment/defaults';
import type { Experiment, Site } from '../../experiment/experiment';
import type { MetricView } from '../../picture/from-result';
import {
  gapOf,
  isWide,
  type Metric,
  metricInfo,
  type Reference,
  shownReference,
} from '../../result/metrics';
import type { ResultModel } from '../../result/result';

export interface ProgramSource {
  experiment: Experiment;
  model: Pick<ResultModel, 'id' | 'label' | 'dtype'>;
  start: Pick<
    ExperimentStart,
    'tokensClean' | 'tokensCorrupted' | 'tokensMean' | 'targets' | 'clean' | 'corrupted'
  > & { sweeps: Pick<ExperimentStart['sweeps'][number], 'site' | 'direction'>[] };
}

/** The experiment, what of it the program measures, and the tokens of what is measured. */
export interface ProgramSubject extends ProgramSource {
  metric: Metric;
  reference: Reference;
  target: readonly Token[];
  against: readonly Token[];
  /** Whether the runs go on after the prompts, to read a target of several tokens. */
  isContinuation: boolean;
}

export function subjectOf(source: ProgramSource, view: MetricView): ProgramSubject {
  const tokens = (index: number) => source.start.targets[index]?.tokens ?? [];
  const target = tokens(view.target);
  const { metric } = view;
  const reference = shownReference(view.reference, metric, source.experiment);
  const isTooSmall = reference === 'share' && !isWide(gapOf(source.start, metric, view), metric);
  return {
    ...source,
    metric,
    reference: isTooSmall ? 'raw' : reference,
    target,
    against: tokens(view.against),
    isContinuation: target.length > 1 && metricInfo(metric).ofTarget,
  };
}

/** In every block, as `blocks.0.…`. */
export function hookName(site: Site): string {
  if (site === 'mlp_post') return 'mlp.hook_post';
  return isHeadSite(site) ? `attn.hook_${site}` : `hook_${site}`;
}
