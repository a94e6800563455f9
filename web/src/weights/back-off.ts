/** How long to wait before another attempt, and when to give up. */

export interface Timing {
  /** Of the first pause; each one after an attempt without a new byte is twice as long. */
  firstMs: number;
  longestMs: number;
  /** In a row, without a new byte. */
  attempts: number;
  /** Without a byte for so long, a connection is taken for dead. */
  stallMs: number;
}

export const TIMING: Timing = { firstMs: 250, longestMs: 30_000, attempts: 8, stallMs: 20_000 };

/** What hears that the browser is online again: nothing, outside of a browser. */
function browser(): EventTarget {
  return 'addEventListener' in globalThis ? globalThis : new EventTarget();
}

export class BackOff {
  private failures = 0;
  private wake: () => void = () => undefined;

  constructor(private readonly timing: Timing) {}

  /** Something new arrived. */
  reset(): void {
    this.failures = 0;
  }

  /** How many attempts in a row have failed, with this one. */
  fail(): number {
    return ++this.failures;
  }

  /** How long to wait after the failures so far. */
  get pauseMs(): number {
    return Math.min(this.timing.firstMs * 2 ** (this.failures - 1), this.timing.longestMs);
  }

  /** Waits, unless somebody or a connection that is back ends it. Rejects where `signal` aborts. */
  async pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const listening = new AbortController();
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        listening.abort();
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.wake = end;
      browser().addEventListener('online', end, { signal: listening.signal });
      signal?.addEventListener('abort', end, { signal: listening.signal });
    });
    signal?.throwIfAborted();
  }

  retryNow(): void {
    this.wake();
  }
}
