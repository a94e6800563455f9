/** A large file on a server, read to its end whatever the connection does. */

import { BackOff, type Timing, TIMING } from './back-off';
import { Connection } from './connection';
import { type FileVersion, isTold, versionOf } from './file-version';
import { PartSize } from './part-size';
import { PassingError, UnreachableError } from './responses';
import { continuation, isSameOrigin, type Part, rangeHeaders } from './resuming';

export type ReadState = { kind: 'reading' } | { kind: 'paused'; reason: string; retryInMs: number };

/** restart: all that was given is of another version of the file; what follows begins at byte 0. */
export type Piece = { kind: 'bytes'; bytes: Uint8Array } | { kind: 'restart'; reason: string };

export interface ReadOptions {
  /** The bytes before this one are had already, of `version`. */
  from?: number;
  version?: FileVersion;
  /** Neither this byte nor what follows it is wanted. */
  until?: number;
  /** Ends everything, with its reason. */
  signal?: AbortSignal;
  onState?: (state: ReadState) => void;
  /** By default none: the browser's own cache is in the way of ranges, and has no room for a large file. */
  cache?: RequestCache;
  timing?: Timing;
  /** Of the page that asks. */
  pageOrigin?: string;
}

/** A server that was never reached is more likely wrong than away. */
const FIRST_ATTEMPTS = 3;

/** Holds no more of the file than the piece that is being given. */
export class RemoteFile {
  private connection: Connection | undefined;
  private isReached = false;
  private current: FileVersion;
  /** Of the next byte that is to be given. */
  private position: number;
  /** As far as any attempt came: only what goes beyond it is progress. */
  private furthest: number;
  /** What the connection is to bring. */
  private asked: Part = { from: 0, end: undefined };
  /** Bytes still to come that are had already. */
  private skip = 0;
  /** Why all that was given must be forgotten, until that is said. */
  private restartReason: string | undefined;
  private readonly partSize = new PartSize();
  private readonly until: number;
  private readonly timing: Timing;
  private readonly backOff: BackOff;

  /** Asks for nothing yet. */
  constructor(
    private readonly url: string,
    private readonly options: ReadOptions = {},
  ) {
    this.position = options.from ?? 0;
    this.furthest = this.position;
    this.until = options.until ?? Infinity;
    this.current = (this.position > 0 && options.version) || {};
    this.timing = options.timing ?? TIMING;
    this.backOff = new BackOff(this.timing);
  }

  /** Of what is being given; known once the file is open. */
  get version(): FileVersion {
    return this.current;
  }

  /** Bytes of the whole file, where the server tells. */
  get total(): number | undefined {
    return this.current.total;
  }

  /** Whether the connection brings a part and not, for want of ranges, everything. */
  get isPart(): boolean {
    return this.connection?.response.status === 206;
  }

  /** Ends a pause at once. */
  retryNow(): void {
    this.backOff.retryNow();
  }

  /** Waits for an answer to read from. Rejects where it makes no sense to try on. */
  async open(): Promise<void> {
    while (!this.connection) {
      try {
        this.connection = await this.connect();
      } catch (error) {
        await this.pauseAfter(error);
      }
    }
  }

  /**
   * What follows `from`; each piece's bytes are overwritten by the next. Rejects where it makes no
   * sense to try on, with how far it came.
   */
  async *pieces(): AsyncGenerator<Piece, void> {
    for (let isOver = false; !isOver;) {
      await this.open();
      try {
        if (this.restartReason !== undefined) yield this.restart(this.restartReason);
        isOver = yield* this.part();
        this.partSize.grow();
      } catch (error) {
        // Parts of a file that tells no version could not be put together.
        if (isTold(this.current)) this.partSize.shrink(this.position > this.asked.from);
        await this.pauseAfter(error);
      } finally {
        this.close();
      }
    }
  }

  /** Gives up what is being read. */
  close(): void {
    this.connection?.close();
    this.connection = undefined;
  }

  /** Undefined where the answer is of no use, and the file must be asked for from its start. */
  private async connect(): Promise<Connection | undefined> {
    const { pageOrigin = globalThis.location.origin, signal, cache = 'no-store' } = this.options;
    const end = Math.min(this.position + (this.partSize.bytes ?? Infinity), this.until);
    this.asked = { from: this.position, end: end === Infinity ? undefined : end };
    const headers = rangeHeaders(this.asked, this.current, isSameOrigin(this.url, pageOrigin));
    const init = { headers, cache, ...(signal && { signal }) };
    const connection = await Connection.open(this.url, init, this.timing.stallMs);
    let isAccepted = false;
    try {
      isAccepted = this.accept(connection.response);
    } finally {
      if (!isAccepted) connection.close();
    }
    return isAccepted ? connection : undefined;
  }

  /** Whether the answer can be read from. */
  private accept(response: Response): boolean {
    this.isReached = true;
    const next = continuation(this.url, response, this.position, this.current);
    if (next.kind === 'replaces' || next.kind === 'useless') {
      this.restartReason = `${this.url}: ${next.reason}, starting again`;
      this.position = 0;
      this.current = {};
    }
    if (next.kind === 'useless') return false;
    const known = this.position === 0 ? {} : this.current;
    this.current = { ...known, ...versionOf(response) };
    if (next.kind === 'complete') this.current.total = this.position;
    this.skip = next.kind === 'continues' ? next.skip : 0;
    this.options.onState?.({ kind: 'reading' });
    return true;
  }

  private restart(reason: string): Piece {
    this.restartReason = undefined;
    return { kind: 'restart', reason };
  }

  /** What the connection brings. Returns whether it is the last of the file. */
  private async *part(): AsyncGenerator<Piece, boolean> {
    const connection = this.connection;
    if (!connection || this.isOver) return true;
    for await (const chunk of connection.chunks()) {
      const rest = chunk.subarray(Math.min(this.skip, chunk.byteLength));
      this.skip -= chunk.byteLength - rest.byteLength;
      const bytes = rest.subarray(0, this.until - this.position);
      if (bytes.byteLength > 0) yield this.take(bytes);
      if (this.position === this.until) return true; // a server that knows no ranges sends more
    }
    if (connection.response.status === 206 && this.position === this.asked.end) {
      return this.isOver;
    }
    if (this.skip > 0 || this.position < (this.total ?? 0)) {
      throw new PassingError(this.url, 'the connection ended');
    }
    return true;
  }

  private get isOver(): boolean {
    return this.position === this.total || this.position === this.until;
  }

  private take(bytes: Uint8Array): Piece {
    this.position += bytes.byteLength;
    if (this.total !== undefined && this.position > this.total) {
      throw new Error(
        `${this.url}: the server promised ${this.total} bytes, but sent ${this.position} or more; ` +
          'if it compresses the file, it must expose Content-Encoding to other pages',
      );
    }
    if (this.position > this.furthest) {
      this.furthest = this.position;
      this.backOff.reset();
    }
    return { kind: 'bytes', bytes };
  }

  /** Rejects where another attempt makes no sense. */
  private async pauseAfter(error: unknown): Promise<void> {
    if (!(error instanceof PassingError)) throw error;
    this.isReached ||= !(error instanceof UnreachableError);
    const failures = this.backOff.fail();
    if (!this.isReached && failures >= FIRST_ATTEMPTS) throw error;
    if (failures >= this.timing.attempts) {
      throw failures === 1 ? error : this.givingUp(error, failures);
    }
    const retryInMs = error.waitMs ?? this.backOff.pauseMs;
    this.options.onState?.({ kind: 'paused', reason: error.reason, retryInMs });
    await this.backOff.pause(retryInMs, this.options.signal);
  }

  private givingUp(error: PassingError, failures: number): Error {
    const whole = this.total === undefined ? '' : ` of ${this.total}`;
    return new Error(
      `${error.message}; given up after ${failures} attempts without a new byte, with ` +
        `${this.position}${whole} bytes read. What arrived is kept where that is possible; try again`,
    );
  }
}
