/** Checksums; their code comes when one is wanted, which is never for what comes with the page. */

import type { IHasher } from 'hash-wasm';

export type { IHasher };

export async function xxhash64(data: string | Uint8Array): Promise<string> {
  return (await import('./xxhash')).xxhash64(data);
}

export async function createXxh64(): Promise<IHasher> {
  return (await import('./xxhash')).createXXHash64();
}

export async function createSha256(): Promise<IHasher> {
  return (await import('./sha256')).createSHA256();
}
