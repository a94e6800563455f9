/** Reads what the core tells of prompts that differ in length: which words, and what would mend it. */

export interface WordTokens {
  text: string;
  tokens: string[];
}

export interface LengthDifference {
  clean: WordTokens;
  corrupted: WordTokens;
}

/** What takes a prompt's place; undefined where it stays. */
export interface Repair {
  clean: string | undefined;
  corrupted: string | undefined;
  why: string;
}

export interface Repairs {
  differences: LengthDifference[];
  repairs: Repair[];
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** Tokens come as texts or as objects with a text. */
function wordTokens(value: unknown): WordTokens {
  const word = isObject(value) ? value : {};
  const tokens = list(word['tokens']).map((token) => text(isObject(token) ? token['text'] : token));
  return { text: text(word['text']), tokens };
}

/** One prompt by its name, or both prompts. */
function repair(value: Json): Repair {
  const of = (name: 'clean' | 'corrupted') => {
    const replacement = value['prompt'] === name ? value['text'] : value[name];
    return typeof replacement === 'string' ? replacement : undefined;
  };
  return {
    clean: of('clean'),
    corrupted: of('corrupted'),
    why: text(value['why']) || text(value['explanation']),
  };
}

export function parseRepairs(json: string): Repairs {
  const value: unknown = JSON.parse(json);
  const { differences, repairs } = isObject(value) ? value : {};
  return {
    differences: list(differences)
      .filter(isObject)
      .map(({ clean, corrupted }) => ({
        clean: wordTokens(clean),
        corrupted: wordTokens(corrupted),
      }))
      // Words that line up are told apart by their colour.
      .filter(({ clean, corrupted }) => clean.tokens.length !== corrupted.tokens.length),
    repairs: list(repairs)
      .filter(isObject)
      .map(repair)
      .filter(({ clean, corrupted }) => (clean ?? corrupted) !== undefined),
  };
}
