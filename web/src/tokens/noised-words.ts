/** Where noise begins, until somebody says where: on the words that matter, as far as that can be told. */

import type { Token } from '../engine/module';
import { spelled } from './token-bytes';
import { wordAt } from './word-choices';

const lettersIn = (tokens: readonly Token[]) =>
  spelled(tokens).match(/[\p{L}\p{M}\p{N}]/gu)?.length ?? 0;

/** The positions that differ; where none does, those of the longest word between the first and the last. */
export function positionsToNoise(clean: readonly Token[], corrupted: readonly Token[]): number[] {
  if (clean.length === corrupted.length) {
    const differing = clean.flatMap(({ id }, at) => (corrupted[at]?.id === id ? [] : [at]));
    if (differing.length > 0) return differing;
  }
  const last = wordAt(clean, clean.length - 1).first;
  let longest: { first: number; count: number; letters: number } | undefined;
  for (let at = wordAt(clean, 0).tokens.length; at < last; at++) {
    const { first, tokens } = wordAt(clean, at);
    const letters = lettersIn(tokens);
    if (letters > (longest?.letters ?? 0)) longest = { first, count: tokens.length, letters };
  }
  if (!longest) return clean.length > 0 ? [0] : [];
  const { first, count } = longest;
  return Array.from({ length: count }, (_, index) => first + index);
}
