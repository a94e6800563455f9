/** The files of the published layout. */
export const FILES = {
  config: 'config.json',
  vocab: 'vocab.json',
  merges: 'merges.txt',
  /** All of a tokenizer, where the two before are not there. */
  tokenizer: 'tokenizer.json',
  // What stands beside the two.
  addedTokens: 'added_tokens.json',
  specialTokens: 'special_tokens_map.json',
  tokenizerConfig: 'tokenizer_config.json',
  weights: 'model.safetensors',
} as const;

/** A file of weights that says all of its model, config and tokenizer too: no other file is asked for. */
const SAYS_ITS_MODEL = /\.gguf$/;

export function saysItsModel(name: string | undefined): boolean {
  return name !== undefined && SAYS_ITS_MODEL.test(name);
}

/** Names the files of weights that are in several. */
export const INDEX = `${FILES.weights}.index.json`;
