/** How prompts become tokens, beside the model's tokenizer. */

import type { Bounds, Corruption, Experiment } from './experiment';

export interface PromptOptions {
  bos: boolean;
  specialTokens: boolean;
}

/** Where nothing else is said. */
export const USUAL_OPTIONS: PromptOptions = { bos: false, specialTokens: true };

export const promptOptions = ({
  bos,
  special_tokens,
}: Pick<Experiment, 'bos' | 'special_tokens'>): PromptOptions => ({
  bos: bos ?? USUAL_OPTIONS.bos,
  specialTokens: special_tokens ?? USUAL_OPTIONS.specialTokens,
});

/** How many tokens stand before the prompts' own. */
export const tokensBefore = ({ bos }: Pick<Experiment, 'bos'>): number => (bos ? 1 : 0);

function movedCorruption(corruption: Corruption, by: number): Corruption {
  if (corruption.kind !== 'noise') return corruption;
  const positions = corruption.positions.map((at) => at + by).filter((at) => at >= 0);
  return { ...corruption, positions: positions.length > 0 ? positions : [0] };
}

function movedBounds([first, end]: Bounds, by: number): Bounds | undefined {
  const moved: Bounds = [Math.max(0, first + by), end + by];
  return moved[0] < moved[1] ? moved : undefined;
}

/** With the token before every prompt, or without: what is held by its position stays with its word. */
export function withBos(experiment: Experiment, bos: boolean): Experiment {
  const { bos: before, region, ...rest } = experiment;
  if ((before ?? false) === bos) return experiment;
  const by = bos ? 1 : -1;
  const positions = region && movedBounds(region.positions, by);
  return {
    ...rest,
    corruption: movedCorruption(rest.corruption, by),
    ...(bos && { bos }),
    ...(region && positions && { region: { ...region, positions } }),
  };
}

export function withSpecialTokens(experiment: Experiment, areTokens: boolean): Experiment {
  const { special_tokens, ...rest } = experiment;
  if ((special_tokens ?? true) === areTokens) return experiment;
  return areTokens ? rest : { ...rest, special_tokens: false };
}
