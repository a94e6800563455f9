/** Another token in the place of one, so that a prompt keeps its length. */

import type { Token } from '../engine/module';

interface Tokenizer {
  tokenize: (text: string) => Promise<Token[]>;
}

/** A text where it splits into just these tokens, and else their ids. */
export async function replaceToken(
  tokenizer: Tokenizer,
  tokens: readonly Token[],
  position: number,
  replacement: Token,
): Promise<string | number[]> {
  const wanted = tokens.map((token, i) => (i === position ? replacement : token));
  const text = wanted.map((token) => token.text).join('');
  const ids = wanted.map((token) => token.id);
  const split = await tokenizer.tokenize(text);
  const isSame = split.length === ids.length && split.every((token, i) => token.id === ids[i]);
  return isSame ? text : ids;
}
