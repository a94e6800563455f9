/** One answer of a server and its bytes, given up where nothing comes for too long. */

import { type Read, reading } from './byte-stream';
import { PassingError, request } from './responses';

/** Ends a request where somebody aborts it or nothing comes. */
class Watch {
  private readonly controller = new AbortController();

  constructor(
    private readonly url: string,
    private readonly stallMs: number,
    caller: AbortSignal | undefined,
  ) {
    caller?.throwIfAborted();
    const abort = () => {
      this.controller.abort(caller?.reason);
    };
    caller?.addEventListener('abort', abort, { signal: this.signal });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  end(): void {
    this.controller.abort();
  }

  async unlessStalled<Thing>(arriving: Promise<Thing>): Promise<Thing> {
    const timer = setTimeout(() => {
      const reason = `nothing arrived for ${this.stallMs / 1000} s`;
      this.controller.abort(new PassingError(this.url, reason));
    }, this.stallMs);
    try {
      return await arriving;
    } catch (error) {
      this.signal.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

export class Connection {
  private constructor(
    private readonly url: string,
    readonly response: Response,
    private readonly watch: Watch,
  ) {}

  /** Rejects as `request` does, and with `signal`'s reason where it aborts. */
  static async open(url: string, init: RequestInit, stallMs: number): Promise<Connection> {
    const watch = new Watch(url, stallMs, init.signal ?? undefined);
    try {
      const asking = request(url, { ...init, signal: watch.signal });
      const response = await watch.unlessStalled(asking);
      return new Connection(url, response, watch);
    } catch (error) {
      watch.end();
      throw error;
    }
  }

  /** The body, until it ends. A chunk is overwritten by the next one. */
  async *chunks(): AsyncGenerator<Uint8Array, void> {
    const { body } = this.response;
    if (!body) return;
    const read = reading(body);
    for (;;) {
      const chunk = await this.next(read);
      if (!chunk) return;
      yield chunk;
    }
  }

  /** Stops the transfer. */
  close(): void {
    this.watch.end();
  }

  private async next(read: Read) {
    try {
      return await this.watch.unlessStalled(read());
    } catch {
      this.watch.signal.throwIfAborted();
      throw new PassingError(this.url, 'the connection ended');
    }
  }
}
