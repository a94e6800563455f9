/** The tokens of a text, for people to read: also those that are parts of a character. */

import type { Token } from '../engine/module';
import { isSpecialToken, specialName } from './special-token';
import { bytesOf } from './token-bytes';
import { visibleText } from './token-diff';

type Part = Pick<Token, 'text'>;

interface Character {
  text: string;
  /** The tokens that its bytes are in. */
  first: number;
  last: number;
}

/** How many bytes a character has that begins with this one; 0 for a byte that begins none of several. */
function lengthOf(lead: number): number {
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

function decoded(bytes: readonly number[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Uint8Array.from(bytes),
    );
  } catch {
    return undefined; // bytes that are no character
  }
}

/** Those whose bytes are in more than one token. */
function splitCharacters(bytes: readonly Uint8Array[]): Character[] {
  const flat = bytes.flatMap((own, token) => Array.from(own, (byte) => ({ byte, token })));
  const found: Character[] = [];
  for (let at = 0; at < flat.length; at++) {
    const part = flat.slice(at, at + lengthOf(flat[at]?.byte ?? 0));
    const [first, last] = [part[0]?.token, part.at(-1)?.token];
    if (first === undefined || last === undefined || first === last) continue;
    const text = decoded(part.map(({ byte }) => byte));
    if (text === undefined) continue;
    found.push({ text, first, last });
    at += part.length - 1;
  }
  return found;
}

/** The token's whole characters, between the parts of those that it shares with its neighbours. */
function ownText(text: string, hasBefore: boolean, hasAfter: boolean): string {
  const begin = hasBefore ? /^(\\x[89AB][0-9A-F])+/ : /^/;
  const end = hasAfter ? /\\x[C-F][0-9A-F](\\x[89AB][0-9A-F])*$/ : /$/;
  return visibleText(text.replace(begin, '').replace(end, ''));
}

const visibleToken = (text: string) =>
  isSpecialToken(text) ? specialName(text) : visibleText(text);

function makeVisible(tokens: readonly Part[]): string[] {
  const isPart = ({ text }: Part) => text.includes('\\x');
  if (!tokens.some(isPart)) return tokens.map(({ text }) => visibleToken(text));
  const split = splitCharacters(tokens.map(({ text }) => bytesOf(text)));
  return tokens.map(({ text }, at) => {
    const shared = split.filter(({ first, last }) => first <= at && at <= last);
    if (shared.length === 0) return visibleToken(text);
    const part = ({ text: whole, first, last }: Character) =>
      `${visibleText(whole)} (${at - first + 1}/${last - first + 1})`;
    const before = shared.filter(({ first }) => first < at).map(part);
    const after = shared.filter(({ first }) => first === at).map(part);
    const own = ownText(text, before.length > 0, after.length > 0);
    return [...before, own, ...after].join('');
  });
}

const made = new WeakMap<readonly Part[], string[]>();

/**
 * [position]: as `visibleText` has it; a character that several tokens are together is in each of them, "é (1/2)"
 * and "é (2/2)". Tokens of one text, in its order.
 */
export function visibleTokens(tokens: readonly Part[]): readonly string[] {
  const known = made.get(tokens) ?? makeVisible(tokens);
  made.set(tokens, known);
  return known;
}

/** Whether a word alone does not say which one is meant: white space, or one that stands elsewhere, too. */
export function isUnclear(texts: readonly string[], at: number): boolean {
  const text = texts[at];
  if (text === undefined) return false;
  return /^[·↵⇥␍]*$/.test(text) || texts.some((other, place) => place !== at && other === text);
}

/** "“·Jones”", "“·a”, position 4" */
export function quotedWord(tokens: readonly Part[], at: number): string {
  const texts = visibleTokens(tokens);
  return `“${texts[at] ?? ''}”${isUnclear(texts, at) ? `, position ${at}` : ''}`;
}
