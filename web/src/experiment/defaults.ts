/** An experiment as the page opens with it, and what of its settings goes together. */

import {
  type Bounds,
  type Experiment,
  type ExperimentDocument,
  HEAD_SITES,
  type Site,
} from './experiment';
import { basicExample } from './basic-example';

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

/** What enters the first layer: the row above those of the stream after each layer, where the changed word is seen. */
export const INPUT = { site: 'resid_pre', layers: [0, 1] } as const;

/** With its input, as a sweep of its own, where that goes with what else is patched. */
export function withInput(experiment: Experiment): Experiment {
  const { sites, window, region } = experiment;
  const fits = sites.includes('resid_post') && !sites.includes(INPUT.site) && window === 1;
  if (!fits || (region?.layers[0] ?? 0) > 0) return experiment;
  const layers: Bounds = [...INPUT.layers];
  const layers_of_sites = { ...experiment.layers_of_sites, [INPUT.site]: layers };
  return { ...experiment, sites: [...sites, INPUT.site], layers_of_sites };
}

/** Whether it is its region alone that leaves the input out. */
export function leavesOutInput(experiment: Experiment): boolean {
  const run = settled(experiment);
  const whole: Experiment = { ...run };
  delete whole.region;
  return withInput(run) === run && withInput(whole) !== whole;
}

/** The experiment that a person sets, of one with its input. */
export function withoutInput(experiment: Experiment): Experiment {
  const { layers_of_sites: layers, ...rest } = experiment;
  if (!layers || layers[INPUT.site]?.join() !== INPUT.layers.join()) return experiment;
  const others = Object.fromEntries(Object.entries(layers).filter(([site]) => site !== INPUT.site));
  const without = {
    ...rest,
    sites: rest.sites.filter((site) => site !== INPUT.site),
    ...(Object.keys(others).length > 0 && { layers_of_sites: others }),
  };
  const isSame = documentOf(withInput(without)) === documentOf(experiment);
  return isSame ? without : experiment;
}

export function toDocument(experiment: Experiment): ExperimentDocument {
  const { corrupted, bos, special_tokens, layers_of_sites = {}, ...rest } = experiment;
  const sites = experiment.sites.map((site) => {
    const layers = layers_of_sites[site];
    return layers ? { site, layers } : site;
  });
  const isPrompt = experiment.corruption.kind === 'prompt';
  // At the end whichever was set first: documents tell experiments apart.
  return {
    ...rest,
    sites,
    ...(isPrompt && { corrupted }),
    ...(bos && { bos }),
    ...(special_tokens === false && { special_tokens }),
  };
}

/** The document that the core reads: docs/experiment.md. */
export const documentOf = (experiment: Experiment): string =>
  JSON.stringify(toDocument(experiment));

/** What is set, as it is run. */
export const asRun = (experiment: Experiment): Experiment => withInput(settled(experiment));

/** What an experiment is told by: the document that the core reads. */
export const keyOf = (experiment: Experiment): string => documentOf(asRun(experiment));
