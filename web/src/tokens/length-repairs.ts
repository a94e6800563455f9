/** How prompts of different lengths are told and mended, in a person's words. */

import type { Repair, Repairs } from '../engine/module';
import { visibleTokens } from './visible-tokens';

const MOST_TOKENS = 6;
/** What is seen before more is asked for, so that on a phone the map's place is. */
const FIRST_DIFFERENCES = 1;
const FIRST_OFFERS = 2;
const MOST_DIFFERENCES = 12;
/** Longer texts are shown around what changes. */
const LONGEST = 90;
const WORDS_AROUND = 5;
/** Of a reason's quoted texts. */
const LONGEST_QUOTE = 36;

/** "·Bo | hn (2 tokens)"; of many tokens the first. */
export function splitText(tokens: readonly string[]): string {
  if (tokens.length === 0) return 'nothing';
  const texts = visibleTokens(tokens.map((text) => ({ text })));
  const shown = texts.slice(0, MOST_TOKENS).join(' | ');
  const more = tokens.length > MOST_TOKENS ? ' | …' : '';
  return `${shown}${more} (${tokens.length} ${tokens.length === 1 ? 'token' : 'tokens'})`;
}

const counted = (count: number, one: string) =>
  count === 0 ? [] : [`${count} more ${count === 1 ? one : `${one}s`}`];

/** The first of both, the likeliest to be meant, and what is folded away, with the words for it. */
export function folded({ differences }: Pick<Repairs, 'differences'>, offers: readonly Repair[]) {
  const [places, repairs] = [differences.slice(FIRST_DIFFERENCES), offers.slice(FIRST_OFFERS)];
  return {
    first: {
      differences: differences.slice(0, FIRST_DIFFERENCES),
      offers: offers.slice(0, FIRST_OFFERS),
    },
    more: { differences: places.slice(0, MOST_DIFFERENCES), offers: repairs },
    moreText: [...counted(repairs.length, 'repair'), ...counted(places.length, 'place')].join(', '),
    untold: Math.max(0, places.length - MOST_DIFFERENCES),
  };
}

/** A prompt as it would become: whole, or the words around what is other than in `before`. */
export function changedText(text: string, before: string): string {
  if (text.length <= LONGEST) return text;
  const [words, old] = [text.split(' '), before.split(' ')];
  let first = 0;
  while (first < words.length && words[first] === old[first]) first++;
  const [from, end] = [Math.max(0, first - WORDS_AROUND), first + 1 + WORDS_AROUND];
  const around = words.slice(from, end).join(' ');
  return `${from > 0 ? '…' : ''}${around}${end < words.length ? '…' : ''}`;
}

const wordsOf = (text: string) => text.match(/[\p{L}\p{M}\p{N}_]+/gu) ?? [];

/** Those that change something, and that cut no word in two. */
export function offersOf({ repairs }: Pick<Repairs, 'repairs'>, clean: string, corrupted: string) {
  const words = new Set([...wordsOf(clean), ...wordsOf(corrupted)]);
  const isWhole = (offer: Repair) =>
    !offer.why.includes(', its beginning') ||
    [...wordsOf(offer.clean), ...wordsOf(offer.corrupted)].every((word) => words.has(word));
  return repairs.filter(
    (offer) => (offer.clean !== clean || offer.corrupted !== corrupted) && isWhole(offer),
  );
}

/** Its first words and its last. */
function shortQuote(text: string): string {
  const words = text.split(' ');
  if (text.length <= LONGEST_QUOTE || words.length < 5) return text;
  return `${words.slice(0, 3).join(' ')} … ${words.at(-1) ?? ''}`;
}

/** The core writes tokens as on a command line: "` B|o` (2 tokens)" becomes "“Bo” (2 tokens)". */
export function reasonText({ why }: Pick<Repair, 'why'>): string {
  return why.replaceAll(
    /`([^`]*)` \((\d+ tokens?)\)/g,
    (_, tokens: string, count: string) =>
      `“${shortQuote(tokens.replaceAll('|', '').trim())}” (${count})`,
  );
}
