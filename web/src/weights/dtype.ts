/** How weights are kept in memory, and what fits into a tab. */

import { formatBytes } from './sources';

export type Dtype = 'f32' | 'f16' | 'q8_0';

export const DTYPES: readonly { id: Dtype; label: string }[] = [
  { id: 'f32', label: 'f32, exact' },
  { id: 'f16', label: 'f16, half the memory' },
  { id: 'q8_0', label: 'q8_0, a quarter' },
];

/** Bytes in memory for each byte in f32, as GPT-2 is published. */
const SHARE: Record<Dtype, number> = { f32: 1, f16: 1 / 2, q8_0: 1.125 / 4 };

/** A tab's WebAssembly memory ends at 4 GiB. */
export const LARGEST_MEMORY = 2 ** 32;

/** What a sweep needs beside the weights, and some room. */
const LEAST_BESIDE = 490_000_000;

/** As q8_0 was called in links, documents and saved results, which are read on. */
export const OLD_Q8 = 'q8';

/** What a file may say. */
export const DTYPE_NAMES: readonly string[] = [...DTYPES.map(({ id }) => id), OLD_Q8];

/** Undefined for what is none. */
export function dtypeOf(name: string): Dtype | undefined {
  const now = name === OLD_Q8 ? 'q8_0' : name;
  return DTYPES.find(({ id }) => id === now)?.id;
}

/** What fits q8_0 stays that, whatever was chosen. */
const FITS_Q8 = ['q8_0', 'q4_0', 'q5_0'];

/** The numbers that a model has: its file's own, where they are quantised, and those in memory where they are others. */
export function numbersText(dtype: Dtype, quantization: string): string {
  if (quantization === '') return dtype;
  return FITS_Q8.includes(quantization) ? quantization : `${quantization} as ${dtype}`;
}

export interface WeightSizes {
  /** What the weights take in f32. */
  f32Bytes: number;
  /** Of these, what stays in q8_0 whatever is chosen: it holds the file's very numbers. */
  q8Bytes?: number;
}

/** In bytes. */
export function weightMemory({ f32Bytes, q8Bytes = 0 }: WeightSizes, dtype: Dtype): number {
  return (f32Bytes - q8Bytes) * SHARE[dtype] + q8Bytes * SHARE.q8_0;
}

function fits(sizes: WeightSizes, dtype: Dtype, memory: number): boolean {
  return weightMemory(sizes, dtype) <= memory - LEAST_BESIDE;
}

/** The most exact that fits. own: the file's, which is exact. memory: what a tab can have here, in bytes. */
export function proposedDtype(
  sizes: WeightSizes,
  memory = LARGEST_MEMORY,
  own: Dtype = 'f32',
): Dtype {
  const exact = DTYPES.findIndex(({ id }) => id === own);
  return DTYPES.slice(exact).find(({ id }) => fits(sizes, id, memory))?.id ?? 'q8_0';
}

/** Refuses, before anything is fetched, what cannot fit. */
export function requireFits(
  sizes: WeightSizes,
  dtype: Dtype,
  label: string,
  memory = LARGEST_MEMORY,
): void {
  if (fits(sizes, dtype, memory)) return;
  const smaller = proposedDtype(sizes, memory);
  throw new Error(
    `${label}: ${formatBytes(weightMemory(sizes, dtype))} of weights in ${dtype} do not fit into ` +
      `a tab, which has ${formatBytes(memory - LEAST_BESIDE)} for them here; choose ` +
      (fits(sizes, smaller, memory) ? smaller : 'a smaller GPT-2'),
  );
}
