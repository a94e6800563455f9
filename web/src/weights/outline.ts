/**
 * What the header of a safetensors file tells of the model before the rest is read.
 * Source: https://github.com/huggingface/safetensors#format
 */

import type { Dtype } from './dtype';
import { type ReadOptions, RemoteFile } from './remote-file';

export interface Outline {
  /** Of the whole file. */
  fileBytes: number;
  /** What its weights take in f32. */
  f32Bytes: number;
  /** The file's own numbers: more exact ones in memory gain nothing. */
  dtype: Dtype;
}

/** Published with the weights, but only the triangle that attention may see: nothing to keep. */
const MASK = /\.attn\.(masked_)?bias$/;

const METADATA = '__metadata__';

interface Entry {
  dtype: string;
  data_offsets: [number, number];
}

/** Our own files have q8 as bytes, with a scale of 4 bytes for each 32 numbers. */
const NUMBERS: Record<string, { dtype: Dtype; f32Share: number }> = {
  F64: { dtype: 'f32', f32Share: 0.5 },
  F32: { dtype: 'f32', f32Share: 1 },
  F16: { dtype: 'f16', f32Share: 2 },
  BF16: { dtype: 'f32', f32Share: 2 }, // has a range that f16 has not
  U8: { dtype: 'q8', f32Share: 4 / 1.125 },
};

const PREFIX_BYTES = 8;

/** The headers of all published GPT-2 are shorter. */
const LOOK_BYTES = 100_000;

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

function sumUp(header: string): Outline | undefined {
  const tensors = JSON.parse(header) as Record<string, Entry>;
  let f32Bytes = 0;
  let dataBytes = 0;
  let largest = { bytes: 0, dtype: 'f32' as Dtype };
  for (const [name, { dtype, data_offsets: offsets }] of Object.entries(tensors)) {
    if (name === METADATA) continue;
    dataBytes = Math.max(dataBytes, offsets[1]);
    if (MASK.test(name)) continue;
    const numbers = NUMBERS[dtype];
    if (!numbers) return undefined;
    const bytes = offsets[1] - offsets[0];
    f32Bytes += bytes * numbers.f32Share;
    if (bytes > largest.bytes) largest = { bytes, dtype: numbers.dtype };
  }
  const headerBytes = new TextEncoder().encode(header).byteLength;
  return { fileBytes: PREFIX_BYTES + headerBytes + dataBytes, f32Bytes, dtype: largest.dtype };
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
            dtype: sum.dtype,
          }
        : undefined,
    );
}

/** Of a model in one or several files on this machine. */
export async function localOutline(files: readonly File[]): Promise<Outline | undefined> {
  return outlineOfAll(await Promise.all(files.map(localHeader)));
}
