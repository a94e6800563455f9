/** How much memory a model can have in this tab. */

import { LARGEST_MEMORY } from './dtype';

/** The machine's memory in GiB, rounded and at most 8, where the browser tells. */
type WithMemory = Navigator & { deviceMemory?: number };

/** Bytes. WebAssembly promises more than a small machine has, so that is asked for as well. */
export async function availableMemory(): Promise<number> {
  const worker = new Worker(new URL('./memory-worker.ts', import.meta.url), { type: 'module' });
  const promised = await new Promise<number>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<number>) => {
      resolve(data);
    };
    worker.onerror = () => {
      resolve(LARGEST_MEMORY);
    };
  });
  worker.terminate();
  const machine = (navigator as WithMemory).deviceMemory;
  return machine === undefined || machine >= 8
    ? promised
    : Math.min(promised, machine * 0.6 * 2 ** 30);
}
