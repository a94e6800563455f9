/** Starts the worker that writes a model to this machine's disk. */

import { type Remote, wrap } from 'comlink';

import type { WriterWorker } from './writer-worker';

/** How long it has to end by itself: see `end` of writer-worker.ts. */
const PATIENCE_MS = 2000;

export interface Spawned {
  api: Remote<WriterWorker>;
  /** Rejects where the worker breaks. */
  broken: Promise<never>;
  /** Ends the worker. */
  end: () => void;
}

export function spawnWriter(): Spawned {
  const worker = new Worker(new URL('./writer-worker.ts', import.meta.url), { type: 'module' });
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => {
      reject(new Error(event.message || 'the part of the page that writes it did not start'));
    });
    worker.addEventListener('messageerror', () => {
      reject(new Error('what the part of the page that writes it said could not be read'));
    });
  });
  const api = wrap<WriterWorker>(worker);
  const end = () => {
    api.end().catch(() => undefined); // by force then
    setTimeout(() => {
      worker.terminate();
    }, PATIENCE_MS);
  };
  return { api, broken, end };
}
