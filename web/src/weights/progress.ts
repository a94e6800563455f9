/** How far a load is, how fast it goes, and how long it will still take. */

import type { ReadState } from './remote-file';

/** reading: from the network. disk: from this machine. */
export type LoadState = ReadState | { kind: 'disk' };

export interface LoadProgress {
  received: number;
  total: number | undefined;
  state: LoadState;
}

export interface Pace {
  /** Bytes a second. */
  rate: number | undefined;
  secondsLeft: number | undefined;
}

interface Sample {
  at: number;
  received: number;
}

const WINDOW_MS = 5000;
const LEAST_MS = 200;

/** The pace over the last few seconds, so that it follows the network and does not flicker. */
export class PaceMeter {
  private samples: Sample[] = [];

  /** now: milliseconds. */
  add(progress: LoadProgress, now: number): Pace {
    this.samples.push({ at: now, received: progress.received });
    while (this.samples.length > 2 && (this.samples[1]?.at ?? now) < now - WINDOW_MS) {
      this.samples.shift();
    }
    const first = this.samples[0];
    const elapsed = first ? now - first.at : 0;
    if (!first || elapsed < LEAST_MS) return { rate: undefined, secondsLeft: undefined };
    const rate = ((progress.received - first.received) / elapsed) * 1000;
    const left = progress.total === undefined ? undefined : progress.total - progress.received;
    return { rate, secondsLeft: left === undefined || rate <= 0 ? undefined : left / rate };
  }
}

/** "12 s", "3 min 20 s" */
export function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
