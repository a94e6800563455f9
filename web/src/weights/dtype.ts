/** How weights are kept in memory, and what fits into a tab. */

import { formatBytes } from './sources';

export type Dtype = 'f32' | 'f16' | 'q8';

export const DTYPES: readonly { id: Dtype; label: string }[] = [
  { id: 'f32', label: 'f32, exact' },
  { id: 'f16', label: 'f16, half the memory' },
  { id: 'q8', label: 'q8, a quarter' },
];

/** Bytes in memory for each byte in f32, as GPT-2 is published. */
const SHARE: Record<Dtype, number> = { f32: 1, f16: 1 / 2, q8: 1.125 / 4 };

/** A tab's WebAssembly memory ends at 4 GiB. */
export const LARGEST_MEMORY = 2 ** 32;

/** What a sweep needs beside the weights, and some room. */
const LEAST_BESIDE = 490_000_000;

export function isDtype(text: string): text is Dtype {
  return DTYPES.some(({ id }) => id === text);
}

/** f32Bytes: what the weights take in f32. */
export function weightMemory(f32Bytes: number, dtype: Dtype): number {
  return f32Bytes * SHARE[dtype];
}

function fits(f32Bytes: number, dtype: Dtype, memory: number): boolean {
  return weightMemory(f32Bytes, dtype) <= memory - LEAST_BESIDE;
}

/** The most exact that fits. own: the file's, which is exact. memory: what a tab can have here, in bytes. */
export function proposedDtype(
  f32Bytes: number,
  memory = LARGEST_MEMORY,
  own: Dtype = 'f32',
): Dtype {
  const exact = DTYPES.findIndex(({ id }) => id === own);
  return DTYPES.slice(exact).find(({ id }) => fits(f32Bytes, id, memory))?.id ?? 'q8';
}

/** Refuses, before anything is fetched, what cannot fit. */
export function requireFits(
  f32Bytes: number,
  dtype: Dtype,
  label: string,
  memory = LARGEST_MEMORY,
): void {
  if (fits(f32Bytes, dtype, memory)) return;
  const smaller = proposedDtype(f32Bytes, memory);
  throw new Error(
    `${label}: ${formatBytes(weightMemory(f32Bytes, dtype))} of weights in ${dtype} do not fit into ` +
      `a tab, which has ${formatBytes(memory - LEAST_BESIDE)} for them here; choose ` +
      (fits(f32Bytes, smaller, memory) ? smaller : 'a smaller GPT-2'),
  );
}
