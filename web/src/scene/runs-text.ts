/** What is run in place of a corrupted prompt. */

import type { Corruption } from '../experiment/experiment';

/** Undefined where there is a corrupted prompt. */
export function insteadOfPrompt(corruption: Corruption): string | undefined {
  const { kind } = corruption;
  if (kind === 'prompt') return undefined;
  if (kind === 'noise') {
    const words = corruption.positions.length === 1 ? 'word that is' : 'words that are';
    return `the clean prompt, with noise on the ${words} underlined`;
  }
  const what = kind === 'zero' ? 'zeros' : 'means over other prompts';
  return `no second prompt: ${what} are put into the clean run`;
}
