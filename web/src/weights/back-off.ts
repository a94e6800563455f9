/** How long to wait before another attempt, and when to give up. */

export interface Timing {
  /** Of the first pause; each one after an attempt without any byte is twice as long. */
  firstMs: number;
  longestMs: number;
  /** Attempts in a row without any byte. */
  attempts: number;
  /** Without a byte for so long, a connection is taken for dead. */
  stallMs: number;
}

export const TIMING: Timing = { firstMs: 250, longestMs: 30_000, attempts: 8, stallMs: 20_000 };

export class BackOff {
  private failures = 0;
  private wake: () => void = () => undefined;

  constructor(private readonly timing: Timing) {}

  /** Something arrived. */
  reset(): void {
    this.failures = 0;
  }

  /** Whether there have been as many attempts as make sense; counts one more. */
  isOver(): boolean {
    return ++this.failures >= this.timing.attempts;
  }

  get pauseMs(): number {
    return Math.min(this.timing.firstMs * 2 ** (this.failures - 1), this.timing.longestMs);
  }

  /** Waits, unless somebody or a connection that is back ends it. Rejects where `signal` aborts. */
  async pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      const end = () => {
        clearTimeout(timer);
        resolve();
      };
      this.wake = end;
      globalThis.addEventListener('online', end, { once: true });
      signal?.addEventListener('abort', end, { once: true });
    });
    signal?.throwIfAborted();
  }

  retryNow(): void {
    this.wake();
  }
}
