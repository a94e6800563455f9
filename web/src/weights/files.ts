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

/** Names the files of weights that are in several. */
export const INDEX = `${FILES.weights}.index.json`;
