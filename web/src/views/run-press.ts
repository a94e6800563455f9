/** What a press means on the one button that starts a run and cancels it. */

/** A press that was meant for “Run” may come a moment after a run began by itself, which may end sooner. */
export const MEANT_FOR_RUN_MS = 500;

export class RunPress {
  private isAsked = false;
  private unaskedAt = -Infinity;

  /** To be told whenever a run begins or ends; now: milliseconds. */
  follow(isRunning: boolean, now: number): void {
    if (isRunning && !this.isAsked) this.unaskedAt = now;
    if (!isRunning) this.isAsked = false;
  }

  press(isRunning: boolean, now: number): 'run' | 'cancel' {
    if (isRunning && now - this.unaskedAt >= MEANT_FOR_RUN_MS) return 'cancel';
    this.isAsked = true;
    this.unaskedAt = -Infinity;
    return 'run';
  }
}
