/** The settings of an experiment, in lines for a caption. */

import { INPUT, withoutInput } from '../experiment/defaults';
import type { Corruption, Experiment, TargetText } from '../experiment/experiment';
import { markInvisible } from '../tokens/invisible';
import { counted } from './format';
import { boundsText, regionText } from './region';
import type { ResultModel } from './result';

export function promptText(prompt: string | readonly number[]): string {
  return typeof prompt === 'string' ? markInvisible(prompt) : `token ids ${prompt.join(', ')}`;
}

/** In quotes, with the leading space that belongs to it. */
export function targetText(target: TargetText): string {
  if (typeof target === 'number') return `token ${target}`;
  return JSON.stringify(typeof target === 'string' ? target : target.continuation);
}

export function corruptionText(corruption: Corruption): string {
  switch (corruption.kind) {
    case 'prompt':
      return 'another prompt';
    case 'noise': {
      const { positions, multiple, samples, seed } = corruption;
      return (
        `noise of ${counted(multiple, 'standard deviation')} on the embeddings at ` +
        `position${positions.length === 1 ? '' : 's'} ` +
        `${positions.join(', ')}, ${samples === 1 ? 'one sample' : `mean of ${samples} samples`}, seed ${seed}`
      );
    }
    case 'zero':
      return 'ablation with zeros';
    case 'mean':
      return `ablation with the mean over ${counted(corruption.prompts.length, 'prompt')}`;
  }
}

export const computedText = ({ region }: Experiment): string =>
  region ? regionText(region) : 'everything';

export function modelText({ label, dtype }: ResultModel): string {
  return `${label}, weights in ${dtype}`;
}

/** How prompts became tokens, where that is not as usual. */
export function optionsText({
  bos,
  special_tokens,
}: Pick<Experiment, 'bos' | 'special_tokens'>): string[] {
  return [
    ...(bos ? ['Before every prompt: the token that begins texts, as position 0'] : []),
    ...(special_tokens === false ? ['Special tokens in texts: plain text'] : []),
  ];
}

/** A line each: model, prompts, targets, and what is not as usual. */
export function settingsText(result: { experiment: Experiment; model: ResultModel }): string[] {
  const { experiment, model } = result;
  const { corruption, window, span } = experiment;
  const lines = [`Model: ${modelText(model)}`, `Clean: ${promptText(experiment.clean)}`];
  if (corruption.kind === 'prompt') {
    lines.push(`Corrupted: ${promptText(experiment.corrupted)}`);
  } else {
    lines.push(`Corruption: ${corruptionText(corruption)}`);
  }
  for (const line of optionsText(experiment)) lines.push(line);
  lines.push(`Targets: ${experiment.targets.map(targetText).join(', ')}`);
  if (window > 1) lines.push(`Layers patched together: ${window}`);
  if (span > 1) lines.push(`Positions patched together: ${span}`);
  const asked = withoutInput(experiment);
  if (asked !== experiment) {
    lines.push(`The row “input” is ${INPUT.site} of layer 0: what enters the first block.`);
  }
  for (const [site, layers] of Object.entries(asked.layers_of_sites ?? {})) {
    lines.push(`${site}: ${boundsText('layer', layers)} alone`);
  }
  if (experiment.region) lines.push(`Computed: ${computedText(experiment)} alone`);
  return lines;
}
