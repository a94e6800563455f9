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

/** What stands beside vocab.json and merges.txt, where it does. */
const BESIDE = [FILES.addedTokens, FILES.specialTokens, FILES.tokenizerConfig] as const;

/** What config.json may have beside it. */
export const TOKENIZER_FILES: readonly TokenizerFile[] = [
  FILES.vocab,
  FILES.merges,
  ...BESIDE,
  FILES.tokenizer,
];

/** Where a model is read from. */
export interface TextSource {
  need: (name: string) => Promise<string>;
  /** Undefined where there is no such file. */
  find: (name: TokenizerFile) => Promise<string | undefined>;
}

/** Those of the files that are there; they are asked for together. */
async function findAll(
  names: readonly TokenizerFile[],
  { find }: TextSource,
): Promise<TokenizerTexts> {
  const texts = await Promise.all(names.map(find));
  const found: TokenizerTexts = {};
  for (const [index, name] of names.entries()) {
    const text = texts[index];
    if (text !== undefined) found[name] = text;
  }
  return found;
}

/**
 * Asks for config.json, then for vocab.json and merges.txt; where both are there, for what stands beside them, else for
 * tokenizer.json, which then says all of it.
 */
export async function readTexts(source: TextSource): Promise<Texts> {
  const config = await source.need(FILES.config);
  const pair = await findAll([FILES.vocab, FILES.merges], source);
  const isPair = pair[FILES.vocab] !== undefined && pair[FILES.merges] !== undefined;
  const tokenizer = isPair
    ? { ...pair, ...(await findAll(BESIDE, source)) }
    : await findAll([FILES.tokenizer], source);
  return { config, tokenizer };
}

/** By their names. */
export function namedTexts({ config, tokenizer }: Texts): Record<string, string> {
  return { [FILES.config]: config, ...tokenizer };
}
