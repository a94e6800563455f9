/**
 * A large file on a server that may give a connection less than the line has: then up to four ranges are read at once,
 * and given in their order. Whether that helps is measured: one connection first, then four; where four are hardly
 * faster, the line or this machine is the limit, and one goes on.
 */

import { TIMING } from './back-off';
import { compareVersions, type FileVersion, isTold } from './file-version';
import { type Piece, type ReadOptions, RemoteFile } from './remote-file';

export interface Sharing {
  /** How long one connection is measured for. */
  measureMs: number;
  /** What one range has at least, and at most. */
  leastBytes: number;
  mostBytes: number;
  /** For less than so much, nothing is tried. */
  leastLeft: number;
}

export const SHARING: Sharing = {
  measureMs: 2000,
  leastBytes: 2 ** 18,
  mostBytes: 2 ** 22,
  leastLeft: 2 ** 26,
};

const CONNECTIONS = 4;
/** How many times as fast four must be as one. */
const GAIN = 1.3;
/** Bytes a second of one connection for which no other is tried: the line is hardly faster. */
const ENOUGH = 60e6;

interface Range {
  file: RemoteFile;
  bytes: Promise<Uint8Array<ArrayBuffer>>;
}

export class LargeFile {
  private one: RemoteFile;
  private ranges: Range[] = [];
  private spare: Uint8Array<ArrayBuffer>[] = [];
  /** Of the next byte that is to be given. */
  private position: number;
  private isTried = false;
  private readonly sharing: Sharing;

  /** Asks for nothing yet. */
  constructor(
    private readonly url: string,
    private readonly options: ReadOptions & { sharing?: Sharing } = {},
  ) {
    this.sharing = options.sharing ?? SHARING;
    this.one = new RemoteFile(url, options);
    this.position = options.from ?? 0;
  }

  /** See RemoteFile. */
  get version(): FileVersion {
    return this.one.version;
  }

  get total(): number | undefined {
    return this.one.total;
  }

  retryNow(): void {
    for (const file of [this.one, ...this.ranges.map((range) => range.file)]) file.retryNow();
  }

  open(): Promise<void> {
    return this.one.open();
  }

  /** See RemoteFile. */
  async *pieces(): AsyncGenerator<Piece, void> {
    for (;;) {
      const rate = yield* this.alone();
      if (rate === undefined) return;
      yield* this.together(rate);
      const { position, version } = this;
      if (position === this.total) return;
      this.one = new RemoteFile(this.url, { ...this.options, from: position, version });
    }
  }

  /** Over one connection. Returns at which rate, where others may help; undefined at the end of the file. */
  private async *alone(): AsyncGenerator<Piece, number | undefined> {
    let begin = performance.now();
    let bytes = 0;
    for await (const piece of this.one.pieces()) {
      if (piece.kind === 'restart') {
        this.position = 0;
        begin = performance.now();
        bytes = 0;
      } else {
        this.position += piece.bytes.byteLength;
        bytes += piece.bytes.byteLength;
      }
      yield piece;
      const ms = performance.now() - begin;
      const rate = (bytes / ms) * 1000;
      if (ms < this.sharing.measureMs || !this.mayHelp(rate)) continue;
      this.isTried = true;
      if (await this.hasRanges()) return rate;
    }
    return undefined;
  }

  private rangeBytes(rate: number): number {
    const { leastBytes, mostBytes } = this.sharing;
    return Math.round(Math.min(Math.max(rate, leastBytes), mostBytes)); // of a second
  }

  /** Ranges of one version can be put together. */
  private mayHelp(rate: number): boolean {
    const { total = 0, version } = this;
    const isLong = total - this.position >= this.sharing.leastLeft;
    return isLong && !this.isTried && rate < ENOUGH && isTold(version);
  }

  /** Asked while the one connection waits: a server without them would send all of the file anew. */
  private async hasRanges(): Promise<boolean> {
    const { position, version } = this;
    const timing = { ...TIMING, attempts: 1 };
    const until = position + 1;
    const file = new RemoteFile(this.url, {
      ...this.options,
      from: position,
      until,
      version,
      timing,
    });
    try {
      await file.open();
      return file.isPart && compareVersions(file.version, version) === 'same';
    } catch {
      return false; // one connection goes on
    } finally {
      file.close();
    }
  }

  /** Over four, as long as they are faster than one is, and the server has ranges of this version. */
  private async *together(rate: number): AsyncGenerator<Piece, void> {
    const size = this.rangeBytes(rate);
    const { total = 0 } = this;
    const abort = new AbortController();
    const begin = performance.now();
    const first = this.position;
    let next = first;
    let isFaster = true;
    try {
      for (;;) {
        while (isFaster && this.ranges.length < CONNECTIONS && next < total) {
          const end = Math.min(next + size, total);
          this.ranges.push(this.range(next, end, abort.signal));
          next = end;
        }
        const bytes = await this.ranges[0]?.bytes;
        if (!bytes) return;
        this.ranges.shift();
        this.position += bytes.byteLength;
        yield { kind: 'bytes', bytes };
        this.spare.push(bytes);
        if (this.position - first === CONNECTIONS * size) {
          isFaster = this.position - first >= (GAIN * rate * (performance.now() - begin)) / 1000;
        }
      }
    } catch (error) {
      this.options.signal?.throwIfAborted();
      if (!(error instanceof Error)) throw error; // one connection goes on, and tells what is wrong
    } finally {
      abort.abort();
      this.ranges = [];
      this.spare = [];
    }
  }

  private range(from: number, until: number, end: AbortSignal): Range {
    const { signal } = this.options;
    const { version } = this;
    const both = signal ? AbortSignal.any([signal, end]) : end;
    const file = new RemoteFile(this.url, { ...this.options, from, until, version, signal: both });
    const bytes = this.whole(file, until - from);
    bytes.catch(() => undefined); // told to who waits for it, in its turn
    return { file, bytes };
  }

  private async whole(file: RemoteFile, size: number): Promise<Uint8Array<ArrayBuffer>> {
    const free = this.spare.findIndex(({ byteLength }) => byteLength >= size);
    const buffer = this.spare.splice(free, free < 0 ? 0 : 1)[0] ?? new Uint8Array(size);
    let length = 0;
    for await (const piece of file.pieces()) {
      if (piece.kind === 'restart') throw new Error(piece.reason);
      buffer.set(piece.bytes, length);
      length += piece.bytes.byteLength;
    }
    if (length !== size) throw new Error(`a range of ${size} bytes has ${length}`);
    return buffer.subarray(0, length);
  }
}
