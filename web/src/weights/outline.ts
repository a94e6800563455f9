/**
 * What the header of a file of weights tells of the model before the rest is read: safetensors', or any as the engine
 * tells it, which is laid out as that.
 * Source: https://github.com/huggingface/safetensors#format
 */

import type { Dtype, WeightSizes } from './dtype';
import { type ReadOptions, RemoteFile } from './remote-file';

export interface Outline extends WeightSizes {
  /** Of the whole file; of one of PyTorch's, of what is read of it. */
  fileBytes: number;
  /** The file's own numbers: more exact ones in memory gain nothing. */
  dtype: Dtype;
}

/** Published with the weights, but only the triangle that attention may see: nothing to keep. */
const MASK = /\.attn\.(attention\.)?(masked_)?bias$/;

const METADATA = '__metadata__';
/** What it says there of the header of a file of PyTorch's. */
const TORCH = 'torch';

export interface Entry {
  dtype: string;
  data_offsets: [number, number];
}

/** How the numbers of a type lie in a file: so many in so many bytes. */
interface Numbers {
  elements: number;
  bytes: number;
  /** The file's own, where it is one of ours; what is none is f32 unless somebody chooses less. */
  dtype?: Dtype;
  /** Whether q8_0 holds these very numbers. */
  fitsQ8?: boolean;
}

/** By the name that a header, or the engine of a GGUF's, has for them. */
export const NUMBERS: Record<string, Numbers> = {
  F64: { elements: 1, bytes: 8 },
  F32: { elements: 1, bytes: 4 },
  F16: { elements: 1, bytes: 2, dtype: 'f16' },
  BF16: { elements: 1, bytes: 2 }, // has a range that f16 has not
  // An older page's and command's own q8_0: bytes, with a scale of 4 bytes for each 32 numbers.
  U8: { elements: 32, bytes: 36, dtype: 'q8_0', fitsQ8: true },
  Q8_0: { elements: 32, bytes: 34, fitsQ8: true },
  Q4_0: { elements: 32, bytes: 18, fitsQ8: true },
  Q5_0: { elements: 32, bytes: 22, fitsQ8: true },
  Q4_1: { elements: 32, bytes: 20 },
  Q5_1: { elements: 32, bytes: 24 },
  Q4_K: { elements: 256, bytes: 144 },
  Q5_K: { elements: 256, bytes: 176 },
  Q6_K: { elements: 256, bytes: 210 },
};

const PREFIX_BYTES = 8;

/** The headers of all published GPT-2 are shorter. */
export const LOOK_BYTES = 100_000;

export const LOOK_RANGE = `bytes=0-${LOOK_BYTES - 1}`;

/** header: the JSON text. Undefined where it is none of a model; the core says what is wrong. */
export function outlineOf(header: string): Outline | undefined {
  try {
    return sumUp(header);
  } catch {
    return undefined; // see above
  }
}

/** Names of the tensors; undefined where it is no header. */
export function tensorsIn(header: string): string[] | undefined {
  try {
    const names = Object.keys(JSON.parse(header) as object);
    return names.filter((name) => name !== METADATA);
  } catch {
    return undefined; // the core says what is wrong
  }
}

/** Where the tensors' bytes begin in a file: a GGUF's header, as the engine tells it, says so. */
function dataBegin(header: string, metadata: unknown): number {
  const { data_begin: begin } = (metadata ?? {}) as { data_begin?: string };
  return begin === undefined
    ? PREFIX_BYTES + new TextEncoder().encode(header).byteLength
    : Number(begin);
}

type Named = [name: string, entry: Entry];

function sumUp(header: string): Outline | undefined {
  const { [METADATA]: metadata, ...tensors } = JSON.parse(header) as Record<string, Entry>;
  const entries = Object.entries(tensors);
  const outline = outlineOfTensors(entries, dataBegin(header, metadata));
  const { format } = (metadata ?? {}) as { format?: string };
  return outline && format === TORCH ? { ...outline, fileBytes: bytesOf(entries) } : outline;
}

/** Without masks, and of those that are one and the same the first. */
function wantedOf(tensors: readonly Named[]): Entry[] {
  const entries = tensors.filter(([name]) => !MASK.test(name)).map(([, entry]) => entry);
  return [...new Map(entries.map((entry) => [String(entry.data_offsets), entry])).values()];
}

function bytesOf(tensors: readonly Named[], before = Infinity): number {
  return wantedOf(tensors).reduce((sum, { data_offsets: [begin, end] }) => {
    return sum + Math.max(Math.min(end, before) - begin, 0);
  }, 0);
}

/** What is wanted of a file of PyTorch's before its byte `position`, by its header as the engine tells it. */
export function wantedBefore(header: string, position: number): number {
  const tensors = Object.entries(JSON.parse(header) as Record<string, Entry>);
  return bytesOf(
    tensors.filter(([name]) => name !== METADATA),
    position,
  );
}

/** dataBegin: the byte of the file that the offsets count from. Undefined where numbers are none that are read. */
export function outlineOfTensors(
  tensors: readonly Named[],
  dataBegin: number,
): Outline | undefined {
  const sum = { f32Bytes: 0, q8Bytes: 0 };
  const dataBytes = tensors.reduce((most, [, entry]) => Math.max(most, entry.data_offsets[1]), 0);
  let largest = { bytes: 0, dtype: 'f32' as Dtype };
  for (const { dtype, data_offsets: offsets } of wantedOf(tensors)) {
    const numbers = NUMBERS[dtype];
    if (!numbers) return undefined;
    const bytes = offsets[1] - offsets[0];
    const f32Bytes = bytes * ((4 * numbers.elements) / numbers.bytes);
    sum.f32Bytes += f32Bytes;
    if (numbers.fitsQ8) sum.q8Bytes += f32Bytes;
    if (bytes > largest.bytes) largest = { bytes, dtype: numbers.dtype ?? 'f32' };
  }
  return { fileBytes: dataBegin + dataBytes, ...sum, dtype: largest.dtype };
}

/** The header's text from a file's first bytes; undefined where they end before it does. */
function headerIn(start: Uint8Array): string | undefined {
  if (start.byteLength < PREFIX_BYTES) return undefined;
  const view = new DataView(start.buffer, start.byteOffset);
  const end = PREFIX_BYTES + Number(view.getBigUint64(0, true));
  return end > start.byteLength
    ? undefined
    : new TextDecoder().decode(start.subarray(PREFIX_BYTES, end));
}

/** Of a file on a server: undefined where it is longer than is looked at. Rejects as RemoteFile does. */
export async function remoteHeader(url: string, options: ReadOptions): Promise<string | undefined> {
  const start = new Uint8Array(LOOK_BYTES);
  let length = 0;
  for await (const piece of new RemoteFile(url, { ...options, until: LOOK_BYTES }).pieces()) {
    if (piece.kind === 'restart') {
      length = 0;
    } else {
      start.set(piece.bytes, length);
      length += piece.bytes.byteLength;
    }
  }
  return headerIn(start.subarray(0, length));
}

/** Of a file on this machine. */
export async function localHeader(file: File): Promise<string | undefined> {
  return headerIn(new Uint8Array(await file.slice(0, LOOK_BYTES).arrayBuffer()));
}

/** Of a model whose files have these headers; undefined where one of them says nothing. */
export function outlineOfAll(headers: readonly (string | undefined)[]): Outline | undefined {
  return headers
    .map((header) => (header === undefined ? undefined : outlineOf(header)))
    .reduce((sum, each) =>
      sum && each
        ? {
            fileBytes: sum.fileBytes + each.fileBytes,
            f32Bytes: sum.f32Bytes + each.f32Bytes,
            q8Bytes: (sum.q8Bytes ?? 0) + (each.q8Bytes ?? 0),
            dtype: sum.dtype,
          }
        : undefined,
    );
}

/** Of a model in one or several files on this machine. */
export async function localOutline(files: readonly File[]): Promise<Outline | undefined> {
  return outlineOfAll(await Promise.all(files.map(localHeader)));
}
