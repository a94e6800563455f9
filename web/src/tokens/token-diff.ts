/** Which tokens of two prompts differ. */

import type { Token } from '../engine/module';
import { markInvisible } from './invisible';
import { specialName } from './special-token';
import { spelled } from './token-bytes';

export interface TokenDiff {
  /** [position], true where the other prompt has another token there. */
  clean: boolean[];
  corrupted: boolean[];
  sameLength: boolean;
  /** How many positions differ; of prompts of the same length. */
  count: number;
}

/**
 * Position by position where the lengths are equal; else what is left between the common beginning
 * and the common end.
 */
export function diffTokens(clean: readonly Token[], corrupted: readonly Token[]): TokenDiff {
  const same = (i: number, j: number) => clean[i]?.id === corrupted[j]?.id;
  const sameLength = clean.length === corrupted.length;
  if (sameLength) {
    const differs = clean.map((_, i) => !same(i, i));
    return {
      clean: differs,
      corrupted: differs,
      sameLength,
      count: differs.filter(Boolean).length,
    };
  }
  const shorter = Math.min(clean.length, corrupted.length);
  let head = 0;
  while (head < shorter && same(head, head)) head++;
  let tail = 0;
  while (tail < shorter - head && same(clean.length - 1 - tail, corrupted.length - 1 - tail)) {
    tail++;
  }
  const between = (length: number) =>
    Array.from({ length }, (_, i) => i >= head && i < length - tail);
  const marked = { clean: between(clean.length), corrupted: between(corrupted.length) };
  return { ...marked, sameLength, count: Math.max(clean.length, corrupted.length) - head - tail };
}

/** `<|endoftext|>`: what nobody writes, and means something else by. */
const SPECIAL = /<\|\w+\|>/g;

/** A token, or a text of several, with what would not be seen, and special tokens, as marks. */
export function visibleText(text: string): string {
  return markInvisible(spelled([{ text }]))
    .replaceAll(' ', '·')
    .replaceAll(SPECIAL, specialName);
}
