/** A long prompt that is nearly the other one, told by what differs. */

import type { Token } from '../engine/module';

export interface Swap {
  /** In the clean prompt. */
  from: string;
  /** In the corrupted one. */
  to: string;
}

/** In characters: what is as long as this takes more than a line. */
const LONG = 64;
const MOST = 3;

const textOf = (tokens: readonly Token[]) => tokens.map(({ text }) => text).join('');

/** Undefined where the corrupted prompt is better shown whole. */
export function swapsOf(clean: readonly Token[], corrupted: readonly Token[]): Swap[] | undefined {
  if (clean.length !== corrupted.length || textOf(clean).length < LONG) return undefined;
  // Parts of a character are told where the whole prompt is.
  if (/\ufffd/.test(textOf([...clean, ...corrupted]))) return undefined;
  const swaps: Swap[] = [];
  let isOpen = false;
  for (const [position, { id, text }] of clean.entries()) {
    const other = corrupted[position];
    const differs = other !== undefined && other.id !== id;
    const last = swaps.at(-1);
    if (differs && isOpen && last) {
      last.from += text;
      last.to += other.text;
    } else if (differs) {
      swaps.push({ from: text, to: other.text });
    }
    isOpen = differs;
  }
  if (swaps.length === 0 || swaps.length > MOST) return undefined;
  return swaps.map(({ from, to }) => ({ from: from.trim(), to: to.trim() }));
}
