/** A model's files of text. */

import type { TokenizerTexts } from '../engine/module';
import { FILES } from './files';

export type TokenizerFile = keyof TokenizerTexts;

/** The small files of a model. */
export interface Texts {
  config: string;
  /** None where nothing says how text becomes tokens. */
  tokenizer: TokenizerTexts;
}

const PAIR = [FILES.vocab, FILES.merges] as const;

/** What stands beside vocab.json and merges.txt, where it does. */
export const BESIDE = [FILES.addedTokens, FILES.specialTokens, FILES.tokenizerConfig] as const;

/** What config.json may have beside it. */
export const TOKENIZER_FILES: readonly TokenizerFile[] = [...PAIR, ...BESIDE, FILES.tokenizer];

/** Where a model is read from. */
export interface TextSource {
  need: (name: string) => Promise<string>;
  /** Undefined where there is no such file. */
  find: (name: TokenizerFile) => Promise<string | undefined>;
}

/** Those of the files that are there. */
function present(names: readonly TokenizerFile[], texts: readonly (string | undefined)[]) {
  const found: TokenizerTexts = {};
  for (const [index, name] of names.entries()) {
    const text = texts[index];
    if (text !== undefined) found[name] = text;
  }
  return found;
}

/**
 * Asks at once for config.json, for vocab.json and merges.txt, and for what stands beside these; and where those two are
 * not both there, for tokenizer.json, which then says all of it.
 */
export async function readTexts(source: TextSource): Promise<Texts> {
  const names = [...PAIR, ...BESIDE];
  const [config, texts] = await allOf(
    source.need(FILES.config),
    Promise.all(names.map((name) => source.find(name))),
  );
  const found = present(names, texts);
  if (PAIR.every((name) => found[name] !== undefined)) return { config, tokenizer: found };
  const instead = await source.find(FILES.tokenizer);
  return { config, tokenizer: present([FILES.tokenizer], [instead]) };
}

/** Rejects with what is wrong with the first, where anything is. */
async function allOf<First, Second>(
  first: Promise<First>,
  second: Promise<Second>,
): Promise<[First, Second]> {
  second.catch(() => undefined); // told after the first
  return [await first, await second];
}

/** By their names. */
export function namedTexts({ config, tokenizer }: Texts): Record<string, string> {
  return { [FILES.config]: config, ...tokenizer };
}
