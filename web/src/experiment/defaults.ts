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

const listed = (names: readonly string[]) => new Intl.ListFormat('en-GB').format(names);

/** A sentence for each setting that `settled` leaves aside: the page keeps what was set. */
export function leftAside(experiment: Experiment): string[] {
  const run = settled(experiment);
  const { sites, window, span, directions, corruption } = experiment;
  const heads = sites.filter(isHeadSite);
  const others = sites.filter((site) => !isHeadSite(site));
  const ofHeads =
    `${listed(heads)} ${heads.length > 1 ? 'are sites' : 'is a site'} of heads` +
    (others.length > 0
      ? `; beside ${heads.length > 1 ? 'them' : 'it'}, ${listed(others)} ${others.length > 1 ? 'have' : 'has'} none either.`
      : '.');
  const lines: string[] = [];
  if (run.by_position !== experiment.by_position) {
    lines.push('Heads position by position is left aside: no site of heads is chosen.');
  }
  if (run.window !== window) {
    lines.push(
      `The window of ${window} layers is left aside: it is for sites at a layer and a position, and ${ofHeads}`,
    );
  }
  if (run.span !== span) {
    lines.push(
      `The span of ${span} positions is left aside: heads are patched at all positions at once where they ` +
        `are not patched position by position, and ${ofHeads}`,
    );
  }
  if (run.directions.join() !== directions.join()) {
    const left = directions.filter((direction) => !run.directions.includes(direction));
    lines.push(
      `The direction ${listed(left)} is left aside: an ablation is put into the clean run, which is noising.`,
    );
  }
  if (corruption.kind === 'mean' && corruption.prompts.includes('')) {
    lines.push('Empty lines among the prompts of the mean are left aside: they are no prompts.');
  }
  return lines;
}

/** The document that the core reads: docs/experiment.md. */
export function documentOf(experiment: Experiment): string {
  const { corrupted, ...rest } = experiment;
  return JSON.stringify(experiment.corruption.kind === 'prompt' ? { ...rest, corrupted } : rest);
}
