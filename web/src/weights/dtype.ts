/** How weights are kept in memory, and what fits into a tab. */

import { formatBytes } from './sources';

export type Dtype = 'f32' | 'f16' | 'q8';

export const DTYPES: readonly { id: Dtype; label: string }[] = [
  { id: 'f32', label: 'f32, exact' },
  { id: 'f16', label: 'f16, half the memory' },
  { id: 'q8', label: 'q8, a quarter' },
];

/** Bytes in memory for each byte of a file in f32, as GPT-2's are published. */
const SHARE: Record<Dtype, number> = { f32: 1, f16: 1 / 2, q8: 1.125 / 4 };

/** A tab's WebAssembly memory ends at 4 GiB, and a sweep needs some of it. */
export const LARGEST_WEIGHT_BYTES = 3_800_000_000;

export function isDtype(text: string): text is Dtype {
  return DTYPES.some(({ id }) => id === text);
}

/** fileBytes: of model.safetensors. */
export function weightMemory(fileBytes: number, dtype: Dtype): number {
  return fileBytes * SHARE[dtype];
}

/** The most exact that fits. */
export function proposedDtype(fileBytes: number): Dtype {
  const fits = DTYPES.find(({ id }) => weightMemory(fileBytes, id) <= LARGEST_WEIGHT_BYTES);
  return fits?.id ?? 'q8';
}

/** Refuses, before anything is fetched, what cannot fit. */
export function requireFits(fileBytes: number, dtype: Dtype, label: string): void {
  const memory = weightMemory(fileBytes, dtype);
  if (memory <= LARGEST_WEIGHT_BYTES) return;
  const smaller = proposedDtype(fileBytes);
  throw new Error(
    `${label}: ${formatBytes(memory)} of weights in ${dtype} do not fit into a tab, which has ` +
      `${formatBytes(LARGEST_WEIGHT_BYTES)} for them; choose ` +
      (weightMemory(fileBytes, smaller) <= LARGEST_WEIGHT_BYTES ? smaller : 'a smaller GPT-2'),
  );
}
