/** The other end of the worker that writes a model to this machine's disk. */

import { type Remote, wrap } from 'comlink';

import type { KeptModel } from './kept-model';
import type { KeptWriter } from './kept-writer';
import type { Manifest } from './manifest';
import type { WriterWorker } from './writer-worker';

export interface Writer {
  file: Remote<KeptWriter>;
  /** Ends the worker. */
  end: () => void;
}

/** A worker of its own, so that weights are written while others arrive. */
export async function openWriter(model: KeptModel, manifest: Manifest): Promise<Writer> {
  const worker = new Worker(new URL('./writer-worker.ts', import.meta.url), { type: 'module' });
  const end = () => {
    worker.terminate();
  };
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => {
      reject(new Error(event.message || 'the part of the page that writes it did not start'));
    });
  });
  try {
    const { address, dtype } = model;
    const open = wrap<WriterWorker>(worker).open(address, dtype, manifest);
    return { file: await Promise.race([open, broken]), end };
  } catch (error) {
    end();
    throw error;
  }
}
