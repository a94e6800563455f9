/** An experiment as the page opens with it, and what of its settings goes together. */

import { type Experiment, HEAD_SITES, type Site } from './experiment';
import { basicExample } from './presets';

export const DEFAULTS: Experiment = {
  patchboard: 1,
  clean: basicExample.clean,
  corrupted: basicExample.corrupted,
  targets: basicExample.targets,
  sites: ['resid_post'],
  by_position: false,
  directions: ['denoising'],
  corruption: { kind: 'prompt' },
  window: 1,
  span: 1,
};

export const isHeadSite = (site: Site) => (HEAD_SITES as readonly Site[]).includes(site);

/** Which settings an experiment has no use for, so that the page does not offer them. */
export function unused({ sites, by_position, corruption }: Experiment) {
  const hasHeads = sites.some(isHeadSite);
  const isAblation = corruption.kind === 'zero' || corruption.kind === 'mean';
  return {
    byPosition: !hasHeads,
    window: hasHeads,
    span: hasHeads && !by_position,
    directions: isAblation,
  };
}

/** What is run: settings without a use are as if they had not been touched. */
export function settled(experiment: Experiment): Experiment {
  const no = unused(experiment);
  const { corruption } = experiment;
  return {
    ...experiment,
    corruption:
      corruption.kind === 'mean'
        ? { ...corruption, prompts: corruption.prompts.filter((prompt) => prompt !== '') }
        : corruption,
    by_position: experiment.by_position && !no.byPosition,
    window: no.window ? 1 : experiment.window,
    span: no.span ? 1 : experiment.span,
    directions: no.directions ? ['noising'] : experiment.directions,
  };
}

/** The document that the core reads: docs/experiment.md. */
export function documentOf(experiment: Experiment): string {
  const { corrupted, ...rest } = experiment;
  return JSON.stringify(experiment.corruption.kind === 'prompt' ? { ...rest, corrupted } : rest);
}
