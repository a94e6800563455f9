/**
 * Keeps a model while it arrives, as long as that is possible: a model that cannot be kept loads all
 * the same. None of what is asked of it rejects.
 */

import { isDomError, messageOf } from '../errors/errors';
import type { Texts } from '../weights/texts';
import type { KeptModel } from './kept-model';
import { OUTDATED } from './kept-writer';
import { CHUNK_BYTES, CHUNKS_A_SAVE, type Manifest, type Origin } from './manifest';
import { Writer } from './writer';

export const NO_STORAGE =
  'This browser gives the page no storage: the model is not kept for next time.';

export class Keeper {
  private writer: Writer | undefined;
  /** Bytes of the chunk under way, and how many. */
  private chunk = new Uint8Array(CHUNK_BYTES);
  private length = 0;
  /** Chunks that are on the disk, or on their way there. */
  private chunks = 0;
  /** The write under way gives its buffer back. */
  private written = Promise.resolve(new ArrayBuffer(CHUNK_BYTES));

  private constructor(
    private readonly model: KeptModel | undefined,
    /** Of what an earlier visit kept. */
    readonly manifest: Manifest,
    private readonly note: (text: string) => unknown,
  ) {}

  /**
   * model: undefined where nothing can be kept. note: takes why a model is not kept. Undefined where
   * another tab has changed what is kept since `model` was opened.
   */
  static async open(
    model: KeptModel | undefined,
    manifest: Manifest,
    note: (text: string) => unknown,
  ): Promise<Keeper | undefined> {
    const keeper = new Keeper(model, manifest, note);
    try {
      if (model) keeper.writer = await Writer.open(model, manifest);
    } catch (error) {
      if (isDomError(error, OUTDATED)) return undefined;
      note(reasonOf(error));
    }
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
    this.chunks = 0;
    const reading = this.model.chunks();
    try {
      for (let next = await nextOf(reading); next; next = await nextOf(reading)) {
        if (next.byteLength < CHUNK_BYTES) break; // only the end of a whole copy is shorter
        yield next;
        this.chunks++;
      }
    } finally {
      await reading.return();
    }
    this.manifest.bytes = this.chunks * CHUNK_BYTES;
    await this.attempt((writer) => writer.keepFirst(this.chunks));
  }

  /** The small files that an earlier visit kept; undefined where they are not there, or not as they were written. */
  async texts(): Promise<Texts | undefined> {
    if (!this.writer || !this.model) return undefined;
    try {
      return await this.model.texts();
    } catch {
      return undefined; // the weights' file says them once more
    }
  }

  /** All of the small files, by their names. */
  addTexts(texts: Record<string, string>): Promise<void> {
    return this.attempt((writer) => writer.addTexts(texts));
  }

  /** origin: gives what a later visit needs to go on after these bytes. */
  append(bytes: Uint8Array, origin: () => Origin): Promise<void> {
    return this.attempt(async (writer) => {
      for (let at = 0; at < bytes.byteLength;) {
        const piece = bytes.subarray(at, at + CHUNK_BYTES - this.length);
        this.chunk.set(piece, this.length);
        this.length += piece.byteLength;
        at += piece.byteLength;
        if (this.length === CHUNK_BYTES) await this.send(writer, this.savedOrigin(origin));
      }
    });
  }

  /** Begins again with nothing. */
  restart(): Promise<void> {
    this.length = 0;
    this.chunks = 0;
    this.manifest.bytes = 0;
    return this.attempt(async (writer) => {
      await this.written;
      await writer.keepFirst(0);
    });
  }

  /** Everything arrived and is right. */
  commit(origin: Origin): Promise<void> {
    return this.attempt(async (writer) => {
      if (this.length > 0) await this.send(writer);
      await this.written;
      await writer.commit(origin);
      this.end();
    });
  }

  /** So that a later visit goes on from here; origin: undefined where nothing was read yet. */
  save(origin: Origin | undefined): Promise<void> {
    const isNothing = origin ? this.chunks === 0 : this.model?.found === undefined;
    if (isNothing) return this.discard();
    return this.attempt(async (writer) => {
      await this.written;
      if (origin) await writer.save(origin);
      await writer.close();
      this.end();
    });
  }

  async discard(): Promise<void> {
    try {
      await this.written.catch(() => undefined); // a file that is being written cannot be removed
      await this.writer?.discard();
    } catch {
      // What is left of it has checksums, and a manifest that does not call it complete.
    }
    this.end();
  }

  private end(): void {
    this.writer?.end();
    this.writer = undefined;
  }

  /** With the chunk that is full. A header has as many letters as a model has tensors, so it is not sent with each. */
  private savedOrigin(origin: () => Origin): Origin | undefined {
    return (this.chunks + 1) % CHUNKS_A_SAVE === 0 ? origin() : undefined;
  }

  /** Gives the chunk to the writer, once that has written the one before. */
  private async send(writer: Writer, origin?: Origin): Promise<void> {
    const spare = await this.written;
    this.written = writer.write(this.chunk.subarray(0, this.length), origin);
    this.written.catch(() => undefined); // who waits for it next reports it
    this.chunk = new Uint8Array(spare);
    this.length = 0;
    this.chunks++;
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

/** Undefined at the end, or where what follows is of no use. */
async function nextOf(reading: AsyncGenerator<Uint8Array, void>): Promise<Uint8Array | undefined> {
  try {
    return (await reading.next()).value ?? undefined;
  } catch {
    return undefined; // it is fetched
  }
}

/** What browsers say where they have no such storage, or not for this window. */
const REFUSALS = [
  'TypeError',
  'SecurityError',
  'NotAllowedError',
  'NotSupportedError',
  'UnknownError',
];

function reasonOf(error: unknown): string {
  if (isDomError(error, 'NoModificationAllowedError')) {
    return 'Another tab is fetching this model too: this one does not keep it for next time.';
  }
  if (isDomError(error, 'QuotaExceededError')) {
    return 'There is no room on this machine to keep the model for next time; it is loaded all the same.';
  }
  if (REFUSALS.some((name) => isDomError(error, name))) return NO_STORAGE;
  return `The model is not kept for next time: ${messageOf(error)}.`;
}
