/** Tokens' texts as bytes, and as what they spell together. */

import type { Token } from '../engine/module';

const BYTE = /\\x([0-9A-F]{2})/g;

/** A token that is a part of a character is written as its bytes, `\xC3`. */
export function bytesOf(text: string): Uint8Array {
  const encode = (part: string) => Array.from(new TextEncoder().encode(part));
  let bytes: number[] = [];
  let end = 0;
  for (const found of text.matchAll(BYTE)) {
    const byte = Number.parseInt(found[1] ?? '', 16);
    bytes = bytes.concat(encode(text.slice(end, found.index)), byte);
    end = found.index + found[0].length;
  }
  return Uint8Array.from(bytes.concat(encode(text.slice(end))));
}

function decodedRun(run: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytesOf(run));
  } catch {
    return run; // parts of characters
  }
}

/** What tokens spell one after the other; bytes that are no whole characters stay bytes. */
export function spelled(tokens: readonly Pick<Token, 'text'>[]): string {
  const text = tokens.map((token) => token.text).join('');
  return text.replace(/(\\x[89A-F][0-9A-F])+/g, decodedRun);
}
