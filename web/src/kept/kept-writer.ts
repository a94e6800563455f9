/** Writing a model to this machine's disk while it arrives. For workers. */

import { createXXHash64, type IHasher, xxhash64 } from 'hash-wasm';

import type { DigestState } from '../weights/digest';
import { PARTIAL, removeFrom, saveManifest, WEIGHTS, writeText } from './folder';
import type { KeptModel } from './kept-model';
import { CHUNK_BYTES, type Manifest } from './manifest';

/**
 * What a tab that is closed loses at most. Nothing is flushed to the disk: that takes longer than
 * loading, and checksums find what a power cut takes.
 */
const SAVE_BYTES = 32 * 2 ** 20;

/** Only workers have it, and TypeScript's types are the page's. */
interface SyncAccessHandle {
  read(bytes: Uint8Array, options: { at: number }): number;
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
  /** Bytes of the chunk under way. */
  private open = 0;

  private constructor(
    private readonly folder: FileSystemDirectoryHandle,
    private readonly file: WorkerFileHandle,
    private readonly handle: SyncAccessHandle,
    private readonly hasher: IHasher,
    readonly manifest: Manifest,
  ) {}

  /** Rejects where another tab writes the same model. */
  static async open(model: KeptModel, manifest: Manifest): Promise<KeptWriter> {
    const file = await model.folder.getFileHandle(PARTIAL, { create: true });
    const workerFile = file as WorkerFileHandle;
    const handle = await workerFile.createSyncAccessHandle();
    const hasher = await createXXHash64();
    const kept = { ...manifest, chunks: [...manifest.chunks] };
    return new KeptWriter(model.folder, workerFile, handle, hasher, kept);
  }

  /**
   * What an earlier visit wrote, chunk after chunk, each overwritten by the next. Ends where a chunk is not as it was written; from
   * there, `append` goes on.
   */
  async *existing(): AsyncGenerator<Uint8Array, void> {
    const { manifest } = this;
    const hashes = manifest.chunks;
    Object.assign(manifest, { chunks: [], bytes: 0 });
    const bytes = new Uint8Array(CHUNK_BYTES);
    for (const hash of hashes) {
      const count = this.handle.read(bytes, { at: manifest.bytes });
      if (count < CHUNK_BYTES || (await xxhash64(bytes)) !== hash) break;
      manifest.chunks.push(hash);
      manifest.bytes += count;
      yield bytes;
    }
    this.savedBytes = manifest.bytes;
    this.handle.truncate(manifest.bytes);
  }

  async addText(name: string, text: string): Promise<void> {
    await writeText(this.folder, name, text);
  }

  /** Throws a QuotaExceededError where the disk, or this page's share of it, is full. */
  async append(bytes: Uint8Array, digest: () => DigestState | undefined): Promise<void> {
    let at = 0;
    while (at < bytes.byteLength) {
      const piece = bytes.subarray(at, at + CHUNK_BYTES - this.open);
      this.write(piece);
      at += piece.byteLength;
    }
    if (this.manifest.bytes - this.savedBytes < SAVE_BYTES) return;
    await this.save(digest());
  }

  /** Everything arrived and is right. */
  async commit(): Promise<void> {
    if (this.open > 0) this.endChunk();
    this.handle.close();
    await this.file.move(WEIGHTS);
    this.manifest.complete = true;
    await saveManifest(this.folder, this.manifest);
  }

  /** Begins again with nothing. */
  restart(): void {
    this.handle.truncate(0);
    this.hasher.init();
    this.open = 0;
    this.savedBytes = 0;
    Object.assign(this.manifest, {
      version: {},
      header: '',
      chunks: [],
      bytes: 0,
      digest: undefined,
    });
  }

  /** So that a later visit goes on from here. */
  async save(digest: DigestState | undefined): Promise<void> {
    if (digest) this.manifest.digest = digest;
    this.savedBytes = this.manifest.bytes;
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

  private write(piece: Uint8Array): void {
    const at = this.manifest.bytes + this.open;
    if (this.handle.write(piece, { at }) !== piece.byteLength) {
      throw new DOMException('the disk took less than it was given', 'QuotaExceededError');
    }
    if (this.open === 0) this.hasher.init();
    this.hasher.update(piece);
    this.open += piece.byteLength;
    if (this.open === CHUNK_BYTES) this.endChunk();
  }

  private endChunk(): void {
    this.manifest.chunks.push(this.hasher.digest());
    this.manifest.bytes += this.open;
    this.open = 0;
  }
}
