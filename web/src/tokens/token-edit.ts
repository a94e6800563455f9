/** Another token in the place of one, so that a prompt keeps its length. */

import type { Token } from '../engine/module';
import { spelled } from './token-bytes';

interface Tokenizer {
  hasTokenizer?: boolean;
  tokenize: (text: string) => Promise<Token[]>;
}

/** A text where it splits into just these tokens, and else their ids. first: where the replacements begin. */
export async function replaceTokens(
  tokenizer: Tokenizer,
  tokens: readonly Token[],
  first: number,
  replacements: readonly Token[],
): Promise<string | number[]> {
  const wanted = tokens.map((token, i) => replacements[i - first] ?? token);
  const text = spelled(wanted);
  const ids = wanted.map((token) => token.id);
  if (tokenizer.hasTokenizer === false) return ids;
  const split = await tokenizer.tokenize(text);
  const isSame = split.length === ids.length && split.every((token, i) => token.id === ids[i]);
  return isSame ? text : ids;
}
