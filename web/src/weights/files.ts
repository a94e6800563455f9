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

/** Written by PyTorch, which says what is in it elsewhere than at its beginning. */
const TORCH = /\.(bin|pt|pth)$/;
/** What training writes beside the weights. */
const OF_TRAINING = /^(training_args|optimizer|scheduler|scaler|rng_state)/;

export function isTorch(name: string): boolean {
  return TORCH.test(name) && !OF_TRAINING.test(name);
}

const indexOf = (name: string) => `${name}.index.json`;

/** Names the files of weights that are in several. */
export const INDEX = indexOf(FILES.weights);

export const isIndex = (name: string) => name.endsWith(indexOf(''));

const TORCH_WEIGHTS = 'pytorch_model.bin';

/** Where a folder may have its weights, in the order in which they are looked for. */
export const WEIGHTS: readonly [string, ...string[]] = [
  FILES.weights,
  INDEX,
  TORCH_WEIGHTS,
  indexOf(TORCH_WEIGHTS),
  'ckpt.pt', // nanoGPT's
];
