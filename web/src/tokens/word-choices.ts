/** Words for the place of one in a prompt, so that it keeps its length: its menu offers them. */

import type { Token } from '../engine/module';
import { DIGITS, GIVEN_NAMES, NUMBERS, SURNAMES } from './names';
import { spelled } from './token-bytes';
import { visibleText } from './token-diff';
import { IDS_EXPECTED, idsIn } from './typed-ids';
import { visibleTokens } from './visible-tokens';

export interface Tokenizer {
  /** Where it is false, token ids alone can be asked about. */
  hasTokenizer?: boolean;
  tokenize: (text: string) => Promise<Token[]>;
}

/** The tokens of a prompt that make one word: most are of one. */
export interface Word {
  first: number;
  tokens: Token[];
}

/** Another word of as many tokens. */
export interface Choice {
  tokens: Token[];
  /** Whether the other prompt has it in this place. */
  isOther: boolean;
}

/** Parts of characters, too: they are letters' in names. */
const isOfLetters = (text: string) => /^ ?(\\x[0-9A-F]{2}|[\p{L}\p{M}])+$/u.test(text);

/** The word that a token is part of. */
export function wordAt(tokens: readonly Token[], position: number): Word {
  const goesOn = (at: number) => {
    const [before, text] = [tokens[at - 1]?.text ?? '', tokens[at]?.text ?? ''];
    return isOfLetters(before) && isOfLetters(text) && !text.startsWith(' ');
  };
  let first = position;
  while (first > 0 && goesOn(first)) first--;
  let end = position + 1;
  while (end < tokens.length && goesOn(end)) end++;
  return { first, tokens: tokens.slice(first, end) };
}

const includes = (words: readonly string[], word: string) => words.includes(word);

/** Words of its kind, as it is written; none for a word of which there is no list. */
function kindOf(word: string): readonly string[] {
  if (includes(GIVEN_NAMES, word)) return GIVEN_NAMES;
  if (includes(SURNAMES, word)) return SURNAMES;
  if (includes(DIGITS, word)) return DIGITS;
  const [initial = '', ...rest] = Array.from(word);
  const isCapital = initial !== initial.toLowerCase();
  if (includes(NUMBERS, word.toLowerCase())) {
    return isCapital
      ? NUMBERS.map((name) => name.replace(/^./, (letter) => letter.toUpperCase()))
      : NUMBERS;
  }
  const isName = isCapital && rest.length > 0 && isOfLetters(word);
  return isName ? [...SURNAMES, ...GIVEN_NAMES] : [];
}

/** [model's tokenizer][words]: asked once. */
const split = new WeakMap<Tokenizer, Map<string, Promise<Token[][]>>>();

/**
 * The tokens of each word. All in one text: GPT-2 splits at spaces before letters and at line ends before it looks
 * for tokens, so each word splits as it does alone.
 */
async function splitWords(tokenizer: Tokenizer, words: readonly string[]): Promise<Token[][]> {
  const found: Token[][] = [];
  for (const token of await tokenizer.tokenize(words.join(''))) {
    const isSeparator = token.text === '\n';
    if (isSeparator || token.text.startsWith(' ')) found.push(isSeparator ? [] : [token]);
    else found.at(-1)?.push(token);
  }
  return found;
}

function splitOnce(tokenizer: Tokenizer, words: readonly string[]): Promise<Token[][]> {
  const known = split.get(tokenizer) ?? new Map<string, Promise<Token[][]>>();
  split.set(tokenizer, known);
  const key = words.join('');
  const asked = known.get(key) ?? splitWords(tokenizer, words);
  known.set(key, asked);
  asked.catch(() => known.delete(key)); // whoever asked hears of it; who asks again may be answered
  return asked;
}

/** The word in the same place of the other prompt, where that lines up. */
function otherWord({ first, tokens }: Word, own: readonly Token[], other: readonly Token[]) {
  if (own.length !== other.length) return undefined;
  const word = wordAt(other, first);
  const fits = word.first === first && word.tokens.length === tokens.length;
  return fits && spelled(word.tokens) !== spelled(tokens) ? word.tokens : undefined;
}

/**
 * For the word that the token at `position` is part of: those of its kind that are as many tokens in this model, with a
 * space where it has one; never itself, each once. Last the other prompt's, which may make both prompts the same.
 */
export async function wordChoices(
  tokenizer: Tokenizer,
  own: readonly Token[],
  other: readonly Token[],
  position: number,
): Promise<{ word: Word; choices: Choice[] }> {
  const word = wordAt(own, position);
  const text = spelled(word.tokens);
  const lead = text.startsWith(' ') ? ' ' : '\n';
  const words = kindOf(text.trim()).map((name) => `${lead}${name}`);
  const fitting = (words.length > 0 ? await splitOnce(tokenizer, words) : []).filter(
    (tokens) => tokens.length === word.tokens.length,
  );
  const ofOther = otherWord(word, own, other);
  const seen = new Set([text]);
  const choices: Choice[] = [];
  if (ofOther) seen.add(spelled(ofOther));
  for (const tokens of fitting) {
    if (seen.has(spelled(tokens))) continue;
    seen.add(spelled(tokens));
    choices.push({ tokens, isOther: false });
  }
  if (ofOther) choices.push({ tokens: ofOther, isOther: true });
  return { word, choices };
}

/** Those with its initial first: they come nearest to what somebody typed. */
function examples(choices: readonly Choice[], typed: string): string[] {
  const initial = typed.trim()[0]?.toLowerCase();
  const names = choices.map(({ tokens }) => spelled(tokens));
  const near = names.filter((name) => name.trim()[0]?.toLowerCase() === initial);
  return [...new Set([...near, ...names])].slice(0, 3).map(visibleText);
}

const counted = (tokens: readonly Token[]) =>
  `${tokens.length} token${tokens.length === 1 ? '' : 's'}`;

/** As the engine shows tokens that no tokenizer knows. */
const tokensOfIds = (typed: string): Token[] | undefined =>
  idsIn(typed)?.map((id) => ({ id, text: `#${id}` }));

export type TypedWord = { tokens: Token[] } | { problem: string };

/**
 * What somebody typed in the place of a word: its tokens, or in a sentence why it does not fit and what can be done.
 * choices: see `wordChoices`.
 */
export async function typedWord(
  tokenizer: Tokenizer,
  typed: string,
  word: Word,
  choices: readonly Choice[],
): Promise<TypedWord> {
  const replaced = spelled(word.tokens);
  const isSpaced = replaced.startsWith(' ') && !typed.startsWith(' ');
  const tokens =
    tokenizer.hasTokenizer === false
      ? tokensOfIds(typed)
      : await tokenizer.tokenize(isSpaced ? ` ${typed}` : typed);
  if (!tokens) return { problem: `“${typed}” is no list of ids: ${IDS_EXPECTED}.` };
  if (typed.trim() !== '' && tokens.length === word.tokens.length) return { tokens };
  if (typed.trim() === '') return { problem: 'Nothing was typed: type a word.' };
  const parts = visibleTokens(tokens).join('|');
  const names = examples(choices, typed);
  const listed = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(names);
  const such = names.length > 0 ? `, such as ${listed}` : '';
  return {
    problem:
      `${parts} is ${counted(tokens)} in this model, and ${visibleText(replaced)} is ` +
      `${word.tokens.length}: the prompts would no longer line up. Use a word of ` +
      `${counted(word.tokens)}${such}, or change the other prompt so that it is as long.`,
  };
}
