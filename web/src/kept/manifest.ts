/** What is written beside the weights that are kept on this machine. */

import type { DigestState } from '../weights/digest';
import type { Dtype } from '../weights/dtype';
import type { FileVersion } from '../weights/file-version';

/** Kept weights are checked, and continued, in pieces of this size. */
export const CHUNK_BYTES = 8 * 2 ** 20;

const FORMAT = 1;

/** What going on with a file at a later visit needs. */
export interface Origin {
  /** Of the weights' file at its address, when it was read. */
  version: FileVersion;
  /** Of the same file. */
  header: string;
  /** Of what was read of it, where its checksum is known. */
  digest?: DigestState | undefined;
}

export interface Manifest extends Origin {
  format: typeof FORMAT;
  /** The folder that the model came from. */
  address: string;
  label: string;
  dtype: Dtype;
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
    address,
    label,
    dtype,
    version: {},
    header: '',
    chunks: [],
    bytes: 0,
    complete: false,
  };
}

/** Undefined for anything that this version of the page did not write. */
export function readManifest(text: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(text) as Partial<Manifest> | null;
    return manifest?.format === FORMAT ? (manifest as Manifest) : undefined;
  } catch {
    return undefined; // written by nobody, or by half
  }
}
