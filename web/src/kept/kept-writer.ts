/** Writing a model to this machine's disk while it arrives. For a worker of its own. */

import { transfer } from 'comlink';
import { createXXHash64, type IHasher } from 'hash-wasm';

import type { Dtype } from '../weights/dtype';
import { PARTIAL, removeFrom, saveManifest, WEIGHTS, writeText } from './folder';
import { KeptModel } from './kept-model';
import { CHUNK_BYTES, type Manifest, type Origin } from './manifest';

/**
 * What a tab that is closed loses at most. Nothing is flushed to the disk: that takes longer than
 * loading, and checksums find what a power cut takes.
 */
const SAVE_BYTES = 32 * 2 ** 20;

/** Only workers have it, and TypeScript's types are the page's. */
interface SyncAccessHandle {
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  close(): void;
}

type WorkerFileHandle = FileSystemFileHandle & {
  createSyncAccessHandle(): Promise<SyncAccessHandle>;
  move(name: string): Promise<void>;
};

export class KeptWriter {
  private savedBytes = 0;

  private constructor(
    private readonly folder: FileSystemDirectoryHandle,
    private readonly file: WorkerFileHandle,
    private readonly handle: SyncAccessHandle,
    private readonly hasher: IHasher,
    private manifest: Manifest,
  ) {}

  /** Rejects where another tab writes the same model. */
  static async open(address: string, dtype: Dtype, manifest: Manifest): Promise<KeptWriter> {
    const { folder } = await KeptModel.open(address, dtype);
    const file = (await folder.getFileHandle(PARTIAL, { create: true })) as WorkerFileHandle;
    const handle = await file.createSyncAccessHandle();
    return new KeptWriter(folder, file, handle, await createXXHash64(), manifest);
  }

  addText(name: string, text: string): Promise<void> {
    return writeText(this.folder, name, text);
  }

  /** Keeps the first chunks of what is there; `write` goes on after them. */
  keepFirst(chunks: number): void {
    this.manifest.chunks.length = chunks;
    this.manifest.bytes = chunks * CHUNK_BYTES;
    this.savedBytes = this.manifest.bytes;
    this.handle.truncate(this.manifest.bytes);
  }

  /**
   * The next chunk; all but the last of a file are of CHUNK_BYTES. Gives its buffer back, to be filled
   * again. Throws a QuotaExceededError where the disk, or this page's share of it, is full.
   */
  async write(chunk: Uint8Array<ArrayBuffer>, origin: Origin): Promise<ArrayBuffer> {
    const { manifest } = this;
    if (this.handle.write(chunk, { at: manifest.bytes }) !== chunk.byteLength) {
      throw new DOMException('the disk took less than it was given', 'QuotaExceededError');
    }
    manifest.chunks.push(this.hasher.init().update(chunk).digest());
    manifest.bytes += chunk.byteLength;
    if (manifest.bytes - this.savedBytes >= SAVE_BYTES) await this.save(origin);
    return transfer(chunk.buffer, [chunk.buffer]);
  }

  /** Everything arrived and is right. */
  async commit(origin: Origin): Promise<void> {
    this.handle.close();
    await this.file.move(WEIGHTS);
    this.manifest.complete = true;
    await this.save(origin);
  }

  /** So that a later visit goes on from here. */
  async save(origin: Origin): Promise<void> {
    this.savedBytes = this.manifest.bytes;
    this.manifest = { ...this.manifest, ...origin };
    await saveManifest(this.folder, this.manifest);
  }

  close(): void {
    this.handle.close();
  }

  async discard(): Promise<void> {
    this.handle.close();
    await removeFrom(this.folder, PARTIAL);
    await removeFrom(this.folder, 'manifest.json');
  }
}
