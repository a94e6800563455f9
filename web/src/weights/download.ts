/** A model's small files, read over the same connections as the large one. */

import { decodeText } from './decode';
import type { RemoteFile } from './remote-file';

/** Rejects as RemoteFile does. */
export async function readText(file: RemoteFile, label: string): Promise<string> {
  let parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of file.pieces()) {
    if (piece.kind === 'restart') parts = [];
    else parts.push(new Uint8Array(piece.bytes));
  }
  return decodeText(await new Blob(parts).arrayBuffer(), label);
}
