/** What is written beside the weights that are kept on this machine. */

import type { DigestState } from '../weights/digest';
import { type Dtype, dtypeOf } from '../weights/dtype';
import type { FileVersion } from '../weights/file-version';

/** Kept weights are checked, and continued, in pieces of this size. */
export const CHUNK_BYTES = 8 * 2 ** 20;

/**
 * How often what a later visit needs is written: four of them are what a tab that is closed loses at most. Nothing
 * is flushed to the disk: that takes longer than loading, and checksums find what a power cut takes.
 */
export const CHUNKS_A_SAVE = 4;

const FORMAT = 1;

/** One of several files of weights that is whole in the copy. */
export interface KeptPart {
  name: string;
  version: FileVersion;
  /** Of the same file. */
  header: string;
  /** That it takes in the copy. */
  bytes: number;
}

/** What going on with a file at a later visit needs. */
export interface Origin {
  /** Of the weights' file at its address, when it was read. */
  version: FileVersion;
  /** Of the same file. */
  header: string;
  /** Of what was read of it, where its checksum is known. */
  digest?: DigestState | undefined;
  /** Where the weights are in several files: those before this one, or all of a complete copy. */
  parts?: KeptPart[] | undefined;
}

export interface Manifest extends Origin {
  format: typeof FORMAT;
  /** Of this copy alone, so that one tab sees that another has written it anew. */
  copy?: string;
  /** The folder that the model came from. */
  address: string;
  label: string;
  dtype: Dtype;
  /** xxHash64 of the small files that the model has, by their names; copies of an older page have none. */
  texts?: Record<string, string>;
  /** Names of those that it was asked for; an older page asked for fewer, and did not write it down. */
  asked?: string[];
  /** xxHash64 of each chunk; only the last of a complete file is shorter. */
  chunks: string[];
  /** Bytes in those chunks. */
  bytes: number;
  /** Whether this is all of the model, and was checked. */
  complete: boolean;
}

export function newManifest(address: string, label: string, dtype: Dtype): Manifest {
  return {
    format: FORMAT,
    copy: Math.random().toString(36).slice(2),
    address,
    label,
    dtype,
    version: {},
    header: '',
    texts: {},
    chunks: [],
    bytes: 0,
    complete: false,
  };
}

/** Of the weights' files as far as they are kept. */
export function keptHeaders({ parts, header, complete }: Manifest): string[] {
  return [...(parts ?? []).map((part) => part.header), ...(parts && complete ? [] : [header])];
}

function isManifest(found: Partial<Manifest> | null): found is Manifest {
  return (
    found?.format === FORMAT &&
    [found.address, found.label, found.dtype, found.header].every(
      (one) => typeof one === 'string',
    ) &&
    Array.isArray(found.chunks) &&
    Number.isSafeInteger(found.bytes)
  );
}

/** Undefined for anything that this version of the page did not write, or that was damaged. */
export function readManifest(text: string): Manifest | undefined {
  try {
    const found = JSON.parse(text) as Partial<Manifest> | null;
    if (!isManifest(found)) return undefined;
    const dtype = dtypeOf(found.dtype);
    return dtype && { ...found, dtype };
  } catch {
    return undefined; // written by nobody, or by half
  }
}
