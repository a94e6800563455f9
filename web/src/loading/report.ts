/** What the page hears of a load. */

import type { LoadProgress, LoadState } from '../weights/progress';

const INTERVAL_MS = 100;

export class LoadReport {
  private received = 0;
  private total: number | undefined;
  private state: LoadState = { kind: 'reading' };
  private sentAt = 0;
  /** What came since the page last heard is told even where nothing more comes. */
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly onProgress: (progress: LoadProgress) => unknown,
    /** For what a person should know and is no error. */
    readonly note: (text: string) => unknown,
  ) {}

  begin(state: LoadState, total: number | undefined, received = 0): void {
    this.total = total;
    this.received = received;
    this.enter(state);
  }

  enter(state: LoadState): void {
    this.state = state;
    this.send();
  }

  add(bytes: number): void {
    this.received += bytes;
    if (performance.now() - this.sentAt > INTERVAL_MS) {
      this.send();
    } else {
      this.later ??= setTimeout(() => {
        this.send();
      }, INTERVAL_MS);
    }
  }

  /** The load is over: nothing more is told. */
  end(): void {
    clearTimeout(this.later);
  }

  private send(): void {
    clearTimeout(this.later);
    this.later = undefined;
    this.sentAt = performance.now();
    this.onProgress({ received: this.received, total: this.total, state: this.state });
  }
}
