/** One model on this machine's disk: reading what is there, checked piece by piece. For workers. */

import { xxhash64 } from 'hash-wasm';

import type { Dtype } from '../weights/dtype';
import { fileOf, keyOf, loadManifest, modelsFolder, removeFrom, WEIGHTS } from './folder';
import { CHUNK_BYTES, type Manifest } from './manifest';

export class DamagedCopy extends Error {}

export class KeptModel {
  private constructor(
    readonly folder: FileSystemDirectoryHandle,
    readonly key: string,
    /** Of what is there already; undefined where nothing is. */
    readonly manifest: Manifest | undefined,
  ) {}

  /** Rejects where this browser gives no storage to this page. */
  static async open(address: string, dtype: Dtype): Promise<KeptModel> {
    const key = await keyOf(address, dtype);
    const folder = await (await modelsFolder()).getDirectoryHandle(key, { create: true });
    return new KeptModel(folder, key, await loadManifest(folder));
  }

  get isComplete(): boolean {
    return this.manifest?.complete ?? false;
  }

  /** One of the small files. Rejects where it is missing. */
  async text(name: string): Promise<string> {
    const file = await fileOf(this.folder, name);
    if (!file) throw new DamagedCopy(`the copy on this machine has no ${name}`);
    return file.text();
  }

  /** The weights, chunk after chunk, each as it was written. Rejects at the first that is not. */
  async *chunks(): AsyncGenerator<Uint8Array, void> {
    const file = await fileOf(this.folder, WEIGHTS);
    for (const [index, hash] of (this.manifest?.chunks ?? []).entries()) {
      const from = index * CHUNK_BYTES;
      const piece = await file?.slice(from, from + CHUNK_BYTES).arrayBuffer();
      const bytes = new Uint8Array(piece ?? new ArrayBuffer(0));
      if ((await xxhash64(bytes)) !== hash) {
        throw new DamagedCopy(`the copy on this machine is damaged after ${from} bytes`);
      }
      yield bytes;
    }
  }

  async remove(): Promise<void> {
    await removeFrom(await modelsFolder(), this.key);
  }
}
