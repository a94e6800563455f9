/** One model on this machine's disk: reading what is there, checked piece by piece. For workers. */

import { xxhash64 } from 'hash-wasm';

import type { Dtype } from '../weights/dtype';
import {
  fileOf,
  handleOf,
  keyOf,
  loadManifest,
  modelsFolder,
  PARTIAL,
  removeFrom,
  WEIGHTS,
} from './folder';
import { CHUNK_BYTES, type Manifest } from './manifest';
import { PartReader } from './part-reader';

export class DamagedCopy extends Error {}

export class KeptModel {
  private constructor(
    readonly address: string,
    readonly dtype: Dtype,
    readonly folder: FileSystemDirectoryHandle,
    readonly key: string,
    /** Of what is there already; undefined where nothing is. */
    readonly manifest: Manifest | undefined,
  ) {}

  /** Rejects where this browser gives no storage to this page. */
  static async open(address: string, dtype: Dtype): Promise<KeptModel> {
    const key = await keyOf(address, dtype);
    const folder = await (await modelsFolder()).getDirectoryHandle(key, { create: true });
    return new KeptModel(address, dtype, folder, key, await loadManifest(folder));
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

  /**
   * The weights, chunk after chunk, each as it was written; it is overwritten by the next. Rejects at
   * the first that is not.
   */
  async *chunks(): AsyncGenerator<Uint8Array, void> {
    const hashes = this.manifest?.chunks ?? [];
    const file = await handleOf(this.folder, this.isComplete ? WEIGHTS : PARTIAL);
    if (!file) {
      if (hashes.length > 0) throw new DamagedCopy('the copy on this machine has no weights');
      return;
    }
    const reader = await PartReader.open(file, CHUNK_BYTES);
    try {
      for (const [index, hash] of hashes.entries()) {
        const from = index * CHUNK_BYTES;
        const bytes = await reader.read(from);
        if ((await xxhash64(bytes)) !== hash) {
          throw new DamagedCopy(`the copy on this machine is damaged after ${from} bytes`);
        }
        yield bytes;
      }
    } finally {
      reader.close();
    }
  }

  async remove(): Promise<void> {
    await removeFrom(await modelsFolder(), this.key);
  }
}
