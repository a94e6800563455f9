/** The other end of the worker that writes a model to this machine's disk. */

import { type Remote, transfer } from 'comlink';

import { answeredWithin } from '../errors/deadline';
import type { KeptModel } from './kept-model';
import type { KeptWriter } from './kept-writer';
import type { Manifest, Origin } from './manifest';
import { type Spawned, spawnWriter } from './spawn-writer';

/** A worker that has not answered for so long is taken for dead: not every end of one is told. */
const PATIENCE_MS = 30_000;

/** A worker of its own, so that weights are written while others arrive. Each answer comes, or rejects. */
export class Writer {
  private constructor(
    private readonly spawned: Spawned,
    private readonly file: Remote<KeptWriter>,
  ) {}

  /** See KeptWriter.open. */
  static async open(model: KeptModel, manifest: Manifest): Promise<Writer> {
    const spawned = spawnWriter();
    spawned.broken.catch(() => undefined); // who waits for an answer hears of it
    try {
      const { address, dtype, found } = model;
      const file = await answered(spawned.api.open(address, dtype, found, manifest), spawned);
      return new Writer(spawned, file);
    } catch (error) {
      spawned.end();
      throw error;
    }
  }

  addTexts(texts: Record<string, string>): Promise<void> {
    return answered(this.file.addTexts(texts), this.spawned);
  }

  keepFirst(chunks: number): Promise<void> {
    return answered(this.file.keepFirst(chunks), this.spawned);
  }

  /** Gives a buffer back, to be filled again. */
  write(chunk: Uint8Array<ArrayBuffer>, origin: Origin | undefined): Promise<ArrayBuffer> {
    return answered(this.file.write(transfer(chunk, [chunk.buffer]), origin), this.spawned);
  }

  commit(origin: Origin): Promise<void> {
    return answered(this.file.commit(origin), this.spawned);
  }

  save(origin: Origin): Promise<void> {
    return answered(this.file.save(origin), this.spawned);
  }

  close(): Promise<void> {
    return answered(this.file.close(), this.spawned);
  }

  discard(): Promise<void> {
    return answered(this.file.discard(), this.spawned);
  }

  /** Ends the worker. */
  end(): void {
    this.spawned.end();
  }
}

function answered<Answer>(answer: Promise<Answer>, { broken }: Spawned): Promise<Answer> {
  const seconds = PATIENCE_MS / 1000;
  const problem = `the part of the page that writes it was silent for ${seconds} s`;
  return answeredWithin(Promise.race([answer, broken]), PATIENCE_MS, problem);
}
