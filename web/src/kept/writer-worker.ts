/** The worker that writes a model to this machine's disk. */

import { expose, proxy } from 'comlink';

import { KeptWriter } from './kept-writer';

const api = {
  /** See KeptWriter. */
  async open(...what: Parameters<typeof KeptWriter.open>) {
    return proxy(await KeptWriter.open(...what));
  },
};

export type WriterWorker = typeof api;

expose(api);
