/** The settings of an experiment, in lines for a caption. */

import type { Corruption, Experiment, TargetText } from '../experiment/experiment';
import type { ResultModel } from '../heatmap/result';

export function promptText(prompt: string | readonly number[]): string {
  return typeof prompt === 'string' ? prompt : `token ids ${prompt.join(', ')}`;
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
        `noise of ${multiple} standard deviations on the embeddings at positions ` +
        `${positions.join(', ')}, mean of ${samples} samples, seed ${seed}`
      );
    }
    case 'zero':
      return 'ablation with zeros';
    case 'mean':
      return `ablation with the mean over ${corruption.prompts.length} prompts`;
  }
}

export function regionText({ region }: Experiment): string {
  if (!region) return 'everything';
  const { layers, positions } = region;
  return `layers ${layers[0]} to ${layers[1] - 1}, positions ${positions[0]} to ${positions[1] - 1}`;
}

export function modelText({ label, dtype }: ResultModel): string {
  return `${label}, weights in ${dtype}`;
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
  lines.push(`Targets: ${experiment.targets.map(targetText).join(', ')}`);
  if (window > 1) lines.push(`Layers patched together: ${window}`);
  if (span > 1) lines.push(`Positions patched together: ${span}`);
  if (experiment.region) lines.push(`Computed: ${regionText(experiment)}`);
  return lines;
}
