/** Writing a model to this machine's disk while it arrives. For a worker of its own. */

import { transfer } from 'comlink';

import type { Dtype } from '../weights/dtype';
import { createXxh64, type IHasher } from '../weights/hash';
import { TOKENIZER_FILES } from '../weights/texts';
import {
  diskFull,
  keyOf,
  manifestText,
  modelsFolder,
  PARTIAL,
  removeFrom,
  saveManifest,
  type SyncAccessHandle,
  WEIGHTS,
  type WorkerFileHandle,
  writeText,
} from './folder';
import { busy, lockModel } from './lock';
import { CHUNK_BYTES, type Manifest, type Origin } from './manifest';

/** What another tab wrote since a copy was looked at; see KeptWriter.open. */
export const OUTDATED = 'InvalidStateError';

export class KeptWriter {
  private constructor(
    private readonly key: string,
    private readonly folder: FileSystemDirectoryHandle,
    private readonly file: WorkerFileHandle,
    private readonly handle: SyncAccessHandle,
    private readonly hasher: IHasher,
    private manifest: Manifest,
    /** The manifest on the disk. */
    private onDisk: string | undefined,
    private readonly release: () => void,
  ) {}

  /**
   * found: the manifest's text on the disk as the caller saw it; manifest: what to go on from. Rejects
   * with a NoModificationAllowedError where another tab writes the same model, with OUTDATED where
   * one has.
   */
  static async open(
    address: string,
    dtype: Dtype,
    found: string | undefined,
    manifest: Manifest,
  ): Promise<KeptWriter> {
    const key = await keyOf(address, dtype);
    const release = await lockModel(key);
    try {
      const models = await modelsFolder();
      const folder = await models.getDirectoryHandle(key, { create: true });
      const file = (await folder.getFileHandle(PARTIAL, { create: true })) as WorkerFileHandle;
      const handle = await file.createSyncAccessHandle();
      try {
        if ((await manifestText(folder)) !== found) {
          throw new DOMException('another tab has changed the copy on this machine', OUTDATED);
        }
        const hasher = await createXxh64();
        return new KeptWriter(key, folder, file, handle, hasher, manifest, found, release);
      } catch (error) {
        handle.close();
        throw error;
      }
    } catch (error) {
      release();
      throw error;
    }
  }

  /** All of the small files, by their names: one that is not among them is not there. */
  async addTexts(texts: Record<string, string>): Promise<void> {
    this.manifest.texts = {};
    this.manifest.asked = [...TOKENIZER_FILES];
    for (const [name, text] of Object.entries(texts)) {
      await writeText(this.folder, name, text);
      this.manifest.texts[name] = this.hasher.init().update(text).digest();
    }
  }

  /** Keeps the first chunks of what is there; `write` goes on after them. */
  keepFirst(chunks: number): void {
    this.manifest.chunks.length = chunks;
    this.manifest.bytes = chunks * CHUNK_BYTES;
    this.handle.truncate(this.manifest.bytes);
  }

  /**
   * The next chunk; all but the last of a file are of CHUNK_BYTES. origin: where a later visit may go on after it.
   * Gives its buffer back, to be filled again. Throws a QuotaExceededError where the disk, or this page's share of
   * it, is full.
   */
  async write(chunk: Uint8Array<ArrayBuffer>, origin: Origin | undefined): Promise<ArrayBuffer> {
    const { manifest } = this;
    if (this.handle.write(chunk, { at: manifest.bytes }) !== chunk.byteLength) throw diskFull();
    manifest.chunks.push(this.hasher.init().update(chunk).digest());
    manifest.bytes += chunk.byteLength;
    if (origin) await this.save(origin);
    return transfer(chunk.buffer, [chunk.buffer]);
  }

  /** Everything arrived and is right. */
  async commit(origin: Origin): Promise<void> {
    await this.requireUnchanged();
    this.handle.close();
    await this.file.move(WEIGHTS);
    this.manifest.complete = true;
    await this.save(origin);
    this.release();
  }

  /** So that a later visit goes on from here. */
  async save({ version, header, digest, parts }: Origin): Promise<void> {
    await this.requireUnchanged();
    this.manifest = { ...this.manifest, version, header, digest, parts };
    this.onDisk = await saveManifest(this.folder, this.manifest);
  }

  close(): void {
    this.handle.close();
    this.release();
  }

  /** Nothing of it is of any use, unless another tab has written it. */
  async discard(): Promise<void> {
    this.handle.close();
    try {
      await this.requireUnchanged();
      await removeFrom(await modelsFolder(), this.key);
    } finally {
      this.release();
    }
  }

  /** Where the browser has no locks, this is what keeps a tab from overwriting another's work. */
  private async requireUnchanged(): Promise<void> {
    if ((await manifestText(this.folder)) !== this.onDisk) throw busy();
  }
}
