/** One model on this machine's disk: reading what is there, checked piece by piece. For workers. */

import { messageOf } from '../errors/errors';
import { decodeText } from '../weights/decode';
import type { Dtype } from '../weights/dtype';
import { FILES } from '../weights/files';
import { xxhash64 } from '../weights/hash';
import {
  BESIDE,
  readTexts,
  TOKENIZER_FILES,
  type TokenizerFile,
  type Texts,
} from '../weights/texts';
import {
  fileOf,
  folderOf,
  handleOf,
  keyOf,
  manifestText,
  modelsFolder,
  PARTIAL,
  removeFrom,
  saveManifest,
  WEIGHTS,
  writeText,
} from './folder';
import { withModel } from './lock';
import { CHUNK_BYTES, type Manifest, readManifest } from './manifest';
import { PartReader } from './part-reader';

/** What is there cannot be read, or is not what was written. */
export class DamagedCopy extends Error {}

/** Another file than this one may be damaged, so that it alone has to be fetched. */
export class DamagedText extends DamagedCopy {}

/** What a copy without checksums of its texts has. */
const OLD_TEXTS: Record<string, string> = {
  [FILES.config]: '',
  [FILES.vocab]: '',
  [FILES.merges]: '',
};

/** A disk that fails is no reason for a load to fail. */
async function readingIt<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DamagedCopy) throw error;
    throw new DamagedCopy(`the copy on this machine cannot be read: ${messageOf(error)}`);
  }
}

export class KeptModel {
  private constructor(
    readonly address: string,
    readonly dtype: Dtype,
    readonly key: string,
    private readonly folder: FileSystemDirectoryHandle | undefined,
    /** The manifest as it was found. */
    readonly found: string | undefined,
    /** Of what is there already; undefined where nothing is. */
    readonly manifest: Manifest | undefined,
  ) {}

  /** Rejects where this browser gives no storage to this page. */
  static async open(address: string, dtype: Dtype): Promise<KeptModel> {
    const key = await keyOf(address, dtype);
    await modelsFolder();
    const folder = await folderOf(key);
    const found = folder && (await manifestText(folder));
    const manifest = found === undefined ? undefined : readManifest(found);
    return new KeptModel(address, dtype, key, folder, found, manifest);
  }

  get isComplete(): boolean {
    return this.manifest?.complete ?? false;
  }

  /** Whether the model has this small file; nobody asks its server again. */
  hasText(name: string): boolean {
    return (this.manifest?.texts ?? OLD_TEXTS)[name] !== undefined;
  }

  /** Whether it has no such file for the reason alone that the page which kept it did not ask for it. */
  misses(name: TokenizerFile): boolean {
    const isBeside = BESIDE.some((each) => each === name) && this.hasText(FILES.vocab);
    return isBeside && !this.hasText(name) && !this.manifest?.asked?.includes(name);
  }

  /** One of the small files. Rejects with DamagedText where it is missing or not as it was written. */
  text(name: string): Promise<string> {
    return readingIt(async () => {
      const file = this.folder && (await fileOf(this.folder, name));
      if (!file) throw new DamagedText(`the copy on this machine has no ${name}`);
      const bytes = new Uint8Array(await file.arrayBuffer());
      const expected = this.manifest?.texts?.[name];
      if (expected !== undefined && (await xxhash64(bytes)) !== expected) {
        throw new DamagedText(`${name} on this machine is damaged`);
      }
      return decodeText(bytes, name);
    });
  }

  /** All of them. Rejects as `text` does. */
  texts(): Promise<Texts> {
    const need = (name: string) => this.text(name);
    return readTexts({
      need,
      find: async (name) => (this.hasText(name) ? need(name) : undefined),
    });
  }

  /** Puts a small file right; returns whether it is the one that was kept. */
  async repair(name: string, text: string): Promise<boolean> {
    const expected = this.manifest?.texts?.[name];
    if (expected === undefined || (await xxhash64(text)) !== expected) return false;
    try {
      await withModel(this.key, async () => {
        const { folder } = this;
        if (folder && (await this.isUnchanged())) await writeText(folder, name, text);
      });
    } catch {
      // It is fetched again next time.
    }
    return true;
  }

  /** All of the small files, by their names, once its server was asked for those that it misses. */
  async addTexts(texts: Record<string, string>): Promise<void> {
    const { folder, manifest } = this;
    if (!folder || !manifest) return;
    const hashes: Record<string, string> = {};
    for (const [name, text] of Object.entries(texts)) hashes[name] = await xxhash64(text);
    try {
      await withModel(this.key, async () => {
        if (!(await this.isUnchanged())) return;
        for (const [name, text] of Object.entries(texts)) {
          if (!this.hasText(name)) await writeText(folder, name, text);
        }
        await saveManifest(folder, { ...manifest, texts: hashes, asked: [...TOKENIZER_FILES] });
      });
    } catch {
      // They are asked for again next time.
    }
  }

  /**
   * The weights, chunk after chunk, each as it was written; it is overwritten by the next. Rejects at
   * the first that is not.
   */
  async *chunks(): AsyncGenerator<Uint8Array, void> {
    const hashes = this.manifest?.chunks ?? [];
    if (hashes.length === 0) return;
    const reader = await readingIt(() => this.openWeights());
    try {
      for (const [index, hash] of hashes.entries()) {
        const from = index * CHUNK_BYTES;
        const bytes = await readingIt(() => reader.read(from));
        if ((await xxhash64(bytes)) !== hash) {
          throw new DamagedCopy(`the copy on this machine is damaged after ${from} bytes`);
        }
        yield bytes;
      }
    } finally {
      reader.close();
    }
  }

  /** Unless another tab has written it anew meanwhile. Rejects where one is writing it. */
  async remove(): Promise<void> {
    await withModel(this.key, async () => {
      if (await this.isUnchanged()) await removeFrom(await modelsFolder(), this.key);
    });
  }

  private async isUnchanged(): Promise<boolean> {
    const folder = await folderOf(this.key);
    return folder !== undefined && (await manifestText(folder)) === this.found;
  }

  private async openWeights(): Promise<PartReader> {
    const name = this.isComplete ? WEIGHTS : PARTIAL;
    const file = this.folder && (await handleOf(this.folder, name));
    if (!file) throw new DamagedCopy('the copy on this machine has no weights');
    return PartReader.open(file, CHUNK_BYTES);
  }
}
