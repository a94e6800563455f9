/** Puts a model's bytes into the engine's memory. */

import type { PatchboardModule, Session } from '../engine/module';
import type { Dtype } from '../weights/dtype';
import { FILES, isTorch } from '../weights/files';
import type { Texts } from '../weights/texts';

/** What lies between two tensors is read along with them, unless it is more. */
const FAR_BYTES = 2 ** 20;

export class Feeder {
  /** Whether the header of the file under way was read before: of the file itself, only tensors are wanted. */
  private isPlaced = false;

  constructor(
    readonly module: PatchboardModule,
    readonly session: Session,
    readonly dtype: Dtype,
  ) {}

  /** Forgets what was fed before. files: the names of the weights' files. */
  begin({ config, tokenizer }: Texts, files: string[] = [FILES.weights]): void {
    this.session.begin(config, this.dtype, files);
    this.isPlaced = false;
    if (Object.keys(tokenizer).length > 0) this.session.setTokenizer(tokenizer);
  }

  /** The same of a file that says all of its model; `session.modelTexts` has it once its header was fed. */
  beginFile(name: string): void {
    this.session.beginFile(this.dtype, name);
    this.isPlaced = false;
  }

  /** The next file has this header, which was read already: see torch-header.ts. */
  takeHeader(header: string, name: string): void {
    this.session.takeHeader(header, name);
    this.isPlaced = true;
  }

  /** What was fed is the beginning of a copy of this file, which had this header. Returns where it goes on. */
  continueFrom(header: string, name: string): number {
    this.isPlaced = isTorch(name);
    return this.session.continueFrom(header);
  }

  /** The byte of the file from which on it is wanted, after those before `position`; undefined where nothing is. */
  wanted(position: number): number | undefined {
    return this.isPlaced ? this.session.nextWanted() : position;
  }

  /** Whether it is worth while to ask for the file anew, from what is wanted on, rather than to read on. */
  isFar(position: number): boolean {
    return (this.wanted(position) ?? Infinity) - position > FAR_BYTES;
  }

  /** Feeds what is wanted of these bytes, which begin at `position` of the file. Returns whether there was any. */
  feedAt(position: number, bytes: Uint8Array): boolean {
    const skipped = (this.wanted(position) ?? Infinity) - position;
    if (skipped >= bytes.byteLength) return false;
    this.feed(bytes.subarray(skipped));
    return true;
  }

  feed(bytes: Uint8Array): void {
    const address = this.session.reserve(bytes.byteLength);
    this.module.HEAPU8.set(bytes, address);
    this.session.commit(bytes.byteLength);
  }

  endFile(): void {
    this.session.endFile();
    this.isPlaced = false;
  }
}
