/** The files of the published layout. */
export const FILES = {
  config: 'config.json',
  vocab: 'vocab.json',
  merges: 'merges.txt',
  weights: 'model.safetensors',
} as const;
