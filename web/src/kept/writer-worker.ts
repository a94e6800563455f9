/** The worker that writes a model to this machine's disk. */

import { expose, proxy } from 'comlink';

import { KeptWriter } from './kept-writer';

const api = {
  /** See KeptWriter. */
  async open(...what: Parameters<typeof KeptWriter.open>) {
    return proxy(await KeptWriter.open(...what));
  },
  /** By itself: the worker that this one belongs to may never end where it terminates it. */
  end() {
    close();
  },
};

export type WriterWorker = typeof api;

expose(api);
