/** Prompts for the mean of an ablation, until somebody writes others: of the same form, so that they are as long. */

import type { Token } from '../engine/module';
import { spelled } from './token-bytes';
import { replaceTokens } from './token-edit';
import { type Tokenizer, wordChoices } from './word-choices';

/** A mean over so many says little of any one of them. */
const MOST = 8;

/** Where the prompts differ first, since that is what the mean is to take away. */
function positionsToVary(clean: readonly Token[], corrupted: readonly Token[]): number[] {
  const all = clean.map((_, position) => position);
  const differs = (position: number) =>
    clean.length === corrupted.length && clean[position]?.id !== corrupted[position]?.id;
  return [...all.filter(differs), ...all.filter((position) => !differs(position))];
}

/**
 * The clean prompt with other words of its kind in the place of one. Of a prompt that has no such word it is itself,
 * whose mean changes nothing.
 */
export async function meanPrompts(
  tokenizer: Tokenizer,
  clean: readonly Token[],
  corrupted: readonly Token[],
): Promise<string[]> {
  for (const position of positionsToVary(clean, corrupted)) {
    const { word, choices } = await wordChoices(tokenizer, clean, corrupted, position);
    // The corrupted one belongs to the mean.
    const others = [
      ...choices.filter(({ isOther }) => isOther),
      ...choices.filter(({ isOther }) => !isOther),
    ];
    const prompts = await Promise.all(
      others
        .slice(0, MOST)
        .map(({ tokens }) => replaceTokens(tokenizer, clean, word.first, tokens)),
    );
    // Ids are no text: what they spell splits in another way.
    const texts = prompts.filter((prompt) => typeof prompt === 'string');
    if (texts.length > 0) return texts;
  }
  return [spelled(clean)];
}
