/** GPT-2's own tokenizer: it comes with the page, for models that have none beside their weights. */

import { readText } from './download';
import { RemoteFile } from './remote-file';

/** base: the address that the page's own files are beside. Rejects as RemoteFile does. */
export function readGpt2Merges(base: string): Promise<string> {
  const url = new URL('tokenizers/gpt2/merges.txt', base).href;
  return readText(new RemoteFile(url, { cache: 'default' }), url);
}
