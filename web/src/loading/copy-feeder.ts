/** Feeds a kept copy, in which the files of a model that has several follow one another. */

import type { KeptPart } from '../kept/manifest';
import type { Feeder } from './feeder';

export class CopyFeeder {
  /** How many of the parts are fed to their end. */
  whole = 0;
  /** Bytes of the file after them. */
  bytes = 0;

  /** parts: the files that the copy has whole; none where it is of one file. */
  constructor(
    private readonly feeder: Feeder,
    private readonly parts: readonly KeptPart[],
  ) {}

  feed(chunk: Uint8Array): void {
    for (let rest = chunk; rest.byteLength > 0;) {
      const end = this.parts[this.whole]?.bytes;
      const piece = rest.subarray(0, end === undefined ? undefined : end - this.bytes);
      this.feeder.feed(piece);
      this.bytes += piece.byteLength;
      rest = rest.subarray(piece.byteLength);
      if (this.bytes === end) this.next();
    }
  }

  private next(): void {
    this.feeder.session.endFile();
    this.whole++;
    this.bytes = 0;
  }
}
