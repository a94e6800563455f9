/** What a person asks, apart from the model: two prompts, the tokens to measure, what to colour. */

export const COLOURINGS = ['prob-corrupted', 'prob-clean', 'logit', 'logit-diff'] as const;
export type Colouring = (typeof COLOURINGS)[number];

export interface Experiment {
  clean: string;
  corrupted: string;
  targets: string[];
  colouring: Colouring;
}

export function isColouring(text: string): text is Colouring {
  return (COLOURINGS as readonly string[]).includes(text);
}
