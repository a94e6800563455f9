/** A model's files of text. */

import { FILES } from './files';

/** The small files of a model. */
export interface Texts {
  config: string;
  vocab: string;
  merges: string;
}

/** read: gives a file of the published layout by its name. */
export async function readTexts(read: (name: string) => Promise<string>): Promise<Texts> {
  return {
    config: await read(FILES.config),
    vocab: await read(FILES.vocab),
    merges: await read(FILES.merges),
  };
}
