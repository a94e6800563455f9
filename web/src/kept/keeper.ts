/**
 * Keeps a model while it arrives, as long as that is possible: a model that cannot be kept loads all
 * the same.
 */

import { transfer } from 'comlink';

import { isDomError, messageOf } from '../loading/errors';
import type { Texts } from '../loading/feeder';
import { FILES } from '../weights/files';
import { DamagedCopy, type KeptModel } from './kept-model';
import { CHUNK_BYTES, type Manifest, type Origin } from './manifest';
import { openWriter, type Writer } from './writer';

export class Keeper {
  private writer: Writer | undefined;
  /** Bytes of the chunk under way, and how many. */
  private chunk = new Uint8Array(CHUNK_BYTES);
  private length = 0;
  /** The write under way gives its buffer back. */
  private written = Promise.resolve(new ArrayBuffer(CHUNK_BYTES));

  private constructor(
    private readonly model: KeptModel | undefined,
    /** Of what an earlier visit kept. */
    readonly manifest: Manifest,
    private readonly note: (text: string) => unknown,
  ) {}

  /** model: undefined where there is no storage. note: takes why a model is not kept. */
  static async open(
    model: KeptModel | undefined,
    manifest: Manifest,
    note: (text: string) => unknown,
  ): Promise<Keeper> {
    const keeper = new Keeper(model, manifest, note);
    if (model) await keeper.openWriter(model);
    return keeper;
  }

  get isKeeping(): boolean {
    return this.writer !== undefined;
  }

  /**
   * What an earlier visit wrote, chunk after chunk, each overwritten by the next. Ends where a chunk is
   * not as it was written; from there, `append` goes on.
   */
  async *existing(): AsyncGenerator<Uint8Array, void> {
    if (!this.writer || !this.model) return;
    let chunks = 0;
    try {
      for await (const bytes of this.model.chunks()) {
        yield bytes;
        chunks++;
      }
    } catch (error) {
      if (!(error instanceof DamagedCopy)) throw error;
    }
    this.manifest.bytes = chunks * CHUNK_BYTES;
    await this.attempt((writer) => writer.file.keepFirst(chunks));
  }

  addTexts({ config, vocab, merges }: Texts): Promise<void> {
    return this.attempt(async ({ file }) => {
      await file.addText(FILES.config, config);
      await file.addText(FILES.vocab, vocab);
      await file.addText(FILES.merges, merges);
    });
  }

  /** origin: gives what a later visit needs to go on after these bytes. */
  append(bytes: Uint8Array, origin: () => Origin): Promise<void> {
    return this.attempt(async (writer) => {
      for (let at = 0; at < bytes.byteLength;) {
        const piece = bytes.subarray(at, at + CHUNK_BYTES - this.length);
        this.chunk.set(piece, this.length);
        this.length += piece.byteLength;
        at += piece.byteLength;
        if (this.length === CHUNK_BYTES) await this.send(writer, origin());
      }
    });
  }

  /** Begins again with nothing. */
  restart(): Promise<void> {
    this.length = 0;
    return this.attempt(async ({ file }) => {
      await this.written;
      await file.keepFirst(0);
    });
  }

  /** Everything arrived and is right. */
  commit(origin: Origin): Promise<void> {
    return this.attempt(async (writer) => {
      if (this.length > 0) await this.send(writer, origin);
      await this.written;
      await writer.file.commit(origin);
      this.end();
    });
  }

  /** So that a later visit goes on from here; origin: undefined where nothing new came. */
  save(origin: Origin | undefined): Promise<void> {
    return this.attempt(async ({ file }) => {
      await this.written;
      if (origin) await file.save(origin);
      await file.close();
      this.end();
    });
  }

  async discard(): Promise<void> {
    await this.written.catch(() => undefined); // a file that is being written cannot be removed
    await this.writer?.file.discard();
    this.end();
  }

  private end(): void {
    this.writer?.end();
    this.writer = undefined;
  }

  /** Gives the chunk to the writer, once that has written the one before. */
  private async send({ file }: Writer, origin: Origin): Promise<void> {
    const spare = await this.written;
    const full = this.chunk.subarray(0, this.length);
    this.written = file.write(transfer(full, [full.buffer]), origin);
    this.written.catch(() => undefined); // who waits for it next reports it
    this.chunk = new Uint8Array(spare);
    this.length = 0;
  }

  private async openWriter(model: KeptModel): Promise<void> {
    try {
      this.writer = await openWriter(model, this.manifest);
    } catch (error) {
      this.note(reasonOf(error));
    }
  }

  /** From the first failure on, nothing is kept. */
  private async attempt(act: (writer: Writer) => Promise<void>): Promise<void> {
    if (!this.writer) return;
    try {
      await act(this.writer);
    } catch (error) {
      await this.discard();
      this.note(reasonOf(error));
    }
  }
}

function reasonOf(error: unknown): string {
  if (isDomError(error, 'NoModificationAllowedError')) {
    return 'Another tab is fetching this model too: this one does not keep it for next time.';
  }
  if (isDomError(error, 'QuotaExceededError')) {
    return 'There is no room on this machine to keep the model for next time; it is loaded all the same.';
  }
  return `The model is not kept for next time: ${messageOf(error)}.`;
}
