/** Showing what changes faster than a page can draw: the latest, at most ten times a second. */

const INTERVAL_MS = 100;

export class Paced {
  private waiting: (() => void) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private shownAt = -Infinity;

  /** At once or a little later, in place of what waits. */
  show(show: () => void): void {
    this.waiting = show;
    const rest = this.shownAt + INTERVAL_MS - performance.now();
    if (rest <= 0) {
      this.flush();
    } else {
      this.timer ??= setTimeout(() => {
        this.flush();
      }, rest);
    }
  }

  /** What waits, now. */
  flush(): void {
    const { waiting } = this;
    this.drop();
    if (!waiting) return;
    this.shownAt = performance.now();
    waiting();
  }

  /** What waits is of no use any more. */
  drop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = undefined;
  }
}
