/** A large file on a server, read to its end whatever the connection does. */

import { BackOff, type Timing, TIMING } from './back-off';
import {
  type FileVersion,
  isSameVersion,
  isTold,
  type Part,
  rangeHeaders,
  startOf,
  versionOf,
} from './file-version';
import { PassingError, request } from './responses';

export type ReadState = { kind: 'reading' } | { kind: 'paused'; reason: string; retryInMs: number };

/** restart: everything before it is of another version of the file; what follows begins at byte 0. */
export type Piece = { kind: 'bytes'; bytes: Uint8Array } | { kind: 'restart'; reason: string };

export interface ReadOptions {
  /** Bytes that are had already, of this version. */
  from?: number;
  version?: FileVersion;
  signal?: AbortSignal;
  onState?: (state: ReadState) => void;
  timing?: Timing;
}

/** A host that was never reached is more likely wrong than away. */
const FIRST_ATTEMPTS = 3;

/** What a browser has received when a connection breaks can be lost; a smaller part comes through. */
const PART_BYTES = { first: 2 ** 20, least: 2 ** 14, most: 2 ** 25 };

/** A server that lies about its file would be read for ever. */
const MAX_RESTARTS = 3;

export class RemoteFile {
  private response: Response | undefined;
  private current: FileVersion;
  /** Of the next byte to be given. */
  private position: number;
  private restarts = 0;
  /** Of what is asked for at once; everything where it is undefined. */
  private partBytes: number | undefined;
  private asked: Part = { from: 0, end: undefined };
  private readonly backOff: BackOff;

  private constructor(
    private readonly url: string,
    private readonly options: ReadOptions,
    private readonly timing: Timing,
  ) {
    this.position = options.from ?? 0;
    this.current = options.version ?? {};
    this.backOff = new BackOff(timing);
  }

  /** Rejects where the server cannot be reached or has no such file. */
  static async open(url: string, options: ReadOptions = {}): Promise<RemoteFile> {
    const timing = options.timing ?? TIMING;
    const file = new RemoteFile(url, options, timing);
    for (let attempt = 1; !file.response; attempt++) {
      try {
        file.response = await file.ask();
      } catch (error) {
        if (attempt === FIRST_ATTEMPTS || !(error instanceof PassingError)) throw error;
        await file.pause(error);
      }
    }
    if (file.position === 0) file.current = versionOf(file.response);
    return file;
  }

  get version(): FileVersion {
    return this.current;
  }

  /** Bytes, where the server tells. */
  get total(): number | undefined {
    return this.current.total;
  }

  /** Ends a pause at once. */
  retryNow(): void {
    this.backOff.retryNow();
  }

  /** Rejects where it makes no sense to try on, with how far it came. */
  async *pieces(): AsyncGenerator<Piece, void> {
    for (;;) {
      try {
        const response = this.response ?? (await this.ask());
        this.response = undefined;
        const before = this.position;
        try {
          yield* this.read(response);
        } catch (error) {
          this.shrinkPart(this.position > before);
          throw error;
        }
        if (this.isAtEnd) return;
        this.growPart();
      } catch (error) {
        this.options.signal?.throwIfAborted();
        if (!(error instanceof PassingError)) throw error;
        if (this.backOff.isOver()) throw this.givingUp(error);
        await this.pause(error);
      }
    }
  }

  private ask(): Promise<Response> {
    const { signal } = this.options;
    const isSameOrigin = new URL(this.url).origin === globalThis.location.origin;
    const end = this.partBytes === undefined ? undefined : this.position + this.partBytes;
    this.asked = { from: this.position, end };
    const headers = rangeHeaders(this.asked, this.current, isSameOrigin);
    // The browser's own cache is in the way of ranges, and has no room for such a file.
    return request(this.url, { headers, cache: 'no-store', ...(signal && { signal }) });
  }

  private async *read(response: Response): AsyncGenerator<Piece, void> {
    this.options.onState?.({ kind: 'reading' });
    const found = versionOf(response);
    let skip = 0;
    if (this.position === 0) {
      this.current = found;
    } else {
      const fits = response.status !== 416 && isSameVersion(found, this.current);
      const start = startOf(response, this.asked);
      if (!fits || start > this.position) {
        yield this.restart(response, found);
        if (response.status !== 200) {
          void response.body?.cancel();
          yield* this.read(await this.ask());
          return;
        }
      } else {
        skip = this.position - start; // a server that knows no ranges sends everything again
      }
    }
    for await (const chunk of this.chunks(response)) {
      const bytes = chunk.subarray(Math.min(skip, chunk.byteLength));
      skip -= chunk.byteLength - bytes.byteLength;
      if (bytes.byteLength > 0) yield this.take(bytes);
    }
    const isPart = response.status === 206 && this.position === this.asked.end;
    if (this.total !== undefined && this.position < this.total && !isPart) {
      throw new PassingError(`the connection ended after ${this.position} of ${this.total} bytes`);
    }
  }

  private get isAtEnd(): boolean {
    return this.total === undefined
      ? this.position !== this.asked.end
      : this.position >= this.total;
  }

  private shrinkPart(cameAlong: boolean): void {
    if (!isTold(this.current)) return; // parts could not be put together
    const { first, least } = PART_BYTES;
    const part = this.partBytes ?? 2 * first;
    this.partBytes = cameAlong ? Math.min(part, first) : Math.max(part / 2, least);
  }

  /** A part came whole. */
  private growPart(): void {
    const part = (this.partBytes ?? 0) * 2;
    this.partBytes = part > PART_BYTES.most ? undefined : part;
  }

  private restart(response: Response, found: FileVersion): Piece {
    const known = isTold(this.current) && (isTold(found) || response.status === 416);
    if (++this.restarts > MAX_RESTARTS) {
      throw new Error(
        `${this.url}: the file is another one again and again; the server promised ` +
          `${this.total ?? 'no number of'} bytes and now has ${found.total ?? 'another number'}`,
      );
    }
    this.position = 0;
    this.current = response.status === 200 ? found : {};
    const what = known
      ? 'the file changed on the server'
      : 'the server does not tell whether the file is still the same';
    return { kind: 'restart', reason: `${this.url}: ${what}; it is read from the start again.` };
  }

  private take(bytes: Uint8Array): Piece {
    this.position += bytes.byteLength;
    this.backOff.reset();
    if (this.total !== undefined && this.position > this.total) {
      throw new Error(
        `${this.url}: the server sends more than the ${this.total} bytes that it promised`,
      );
    }
    return { kind: 'bytes', bytes };
  }

  /** The body, until it ends or nothing comes for too long. */
  private async *chunks(response: Response): AsyncGenerator<Uint8Array, void> {
    const reader = response.body?.getReader();
    try {
      for (;;) {
        const piece = await this.unlessStalled(reader?.read());
        if (!piece || piece.done) return;
        yield piece.value;
      }
    } catch (error) {
      if (error instanceof PassingError) throw error;
      throw new PassingError(`the connection ended after ${this.position} bytes`);
    } finally {
      reader?.cancel().catch(() => undefined);
    }
  }

  private async unlessStalled<Read>(read: Promise<Read> | undefined): Promise<Read | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stalled = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new PassingError(`nothing arrived for ${this.timing.stallMs / 1000} s`));
      }, this.timing.stallMs);
    });
    try {
      return await Promise.race([read, stalled]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async pause(error: PassingError): Promise<void> {
    const retryInMs = error.waitMs ?? this.backOff.pauseMs;
    this.options.onState?.({ kind: 'paused', reason: error.message, retryInMs });
    await this.backOff.pause(retryInMs, this.options.signal);
  }

  private givingUp(error: PassingError): Error {
    const how = this.total === undefined ? '' : ` of ${this.total}`;
    return new Error(
      `${this.url}: ${error.message}; given up after ${this.timing.attempts} attempts at byte ` +
        `${this.position}${how}. What arrived is kept where that is possible; try again`,
    );
  }
}
