/** The files of the published layout. */
export const FILES = {
  config: 'config.json',
  vocab: 'vocab.json',
  merges: 'merges.txt',
  weights: 'model.safetensors',
} as const;

/** Names the files of weights that are in several. */
export const INDEX = `${FILES.weights}.index.json`;
