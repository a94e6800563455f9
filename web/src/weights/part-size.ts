/** How much of a file to ask for at once. */

const FIRST = 2 ** 20;
const LEAST = 2 ** 14;
const MOST = 2 ** 25;

/**
 * What a browser has received when a connection breaks can be lost; of a smaller part, more comes
 * through. So parts begin with the first break, and grow again until the rest is asked for at once.
 */
export class PartSize {
  /** Undefined: everything that is left. */
  bytes: number | undefined;

  /** madeProgress: whether new bytes came before it broke. */
  shrink(madeProgress: boolean): void {
    const bytes = this.bytes ?? 2 * FIRST;
    this.bytes = madeProgress ? Math.min(bytes, FIRST) : Math.max(bytes / 2, LEAST);
  }

  /** A part came whole. */
  grow(): void {
    if (this.bytes === undefined) return;
    const bytes = 2 * this.bytes;
    this.bytes = bytes > MOST ? undefined : bytes;
  }
}
