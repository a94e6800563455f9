/** In the worker: one session's questions and its run, of which there is one at a time. */

import { isCoreError } from '../engine/core-error';
import type { AttributionResult, ExperimentStart, Session, SweepRow } from '../engine/module';
import { messageOf } from '../errors/errors';

export type RunEnd = 'done' | 'cancelled';

/** What Session answers in one step, by the same name and with the same arguments. */
export type Call =
  | 'tokenize'
  | 'decode'
  | 'resolveTarget'
  | 'predict'
  | 'measure'
  | 'logits'
  | 'expandTemplate'
  | 'readPairs'
  | 'memoryOf'
  | 'repairs'
  | 'notes';

/** What Session answers of an experiment. */
export type ExperimentCall = 'attribute' | 'cell' | 'patterns' | 'lens' | 'neurons' | 'checks';

/** What the page does with a run; it is awaited, so that rows never pile up. */
export interface RunnerEvents {
  /** Returns the metrics, as JSON text, that there shall be estimates for before the rows. */
  onStart: (start: ExperimentStart) => readonly string[] | Promise<readonly string[]>;
  onEstimates: (metric: string, result: AttributionResult) => unknown;
  /** An estimate that could not be made; the exact rows come all the same. */
  onEstimatesFailed: (metric: string, why: string) => unknown;
  onRow: (row: SweepRow) => unknown;
}

export class SessionRunner {
  /** Of the run under way. */
  private running: number | undefined;
  private isCancelled = false;
  /** The experiment that the session holds. */
  private started = '';

  constructor(private readonly session: Session) {}

  call<Name extends Call | ExperimentCall>(
    name: Name,
    args: Parameters<Session[Name]>,
  ): ReturnType<Session[Name]> {
    // Embind's methods are found by name; TypeScript cannot tie the arguments to it.
    const session = this.session as unknown as Record<string, (...args: unknown[]) => unknown>;
    return session[name]?.(...args) as ReturnType<Session[Name]>;
  }

  /** experiment: whose answer is wanted; started again where another one was started since. */
  callOf<Name extends ExperimentCall>(
    experiment: string,
    name: Name,
    args: Parameters<Session[Name]>,
  ): ReturnType<Session[Name]> {
    if (experiment !== this.started) {
      this.requireIdle();
      this.start(experiment);
    }
    return this.call(name, args);
  }

  /**
   * Runs an experiment; it ends early where it is cancelled.
   * The page's answer to each row is awaited: a cancel, or a question, is heard in between.
   * id: tells this run from the others to `cancel`.
   */
  async run(id: number, experiment: string, events: RunnerEvents): Promise<RunEnd> {
    this.requireIdle();
    this.running = id;
    this.isCancelled = false;
    try {
      const metrics = await events.onStart(this.start(experiment));
      await this.estimate(metrics, events);
      return await this.rows(events);
    } finally {
      this.running = undefined;
    }
  }

  /** Between two rows. A run that is over, or has not begun, is none of its business. */
  cancel(id: number): void {
    if (this.running === id) this.isCancelled = true;
  }

  private async estimate(metrics: readonly string[], events: RunnerEvents): Promise<void> {
    for (const metric of metrics) {
      if (this.isCancelled) return;
      let result: AttributionResult;
      try {
        result = this.session.attribute(metric);
      } catch (error) {
        if (!isCoreError(error)) throw error; // the engine broke
        await events.onEstimatesFailed(metric, messageOf(error));
        continue;
      }
      await events.onEstimates(metric, result);
    }
  }

  private async rows({ onRow }: RunnerEvents): Promise<RunEnd> {
    while (!this.isCancelled) {
      const row = this.session.step();
      if (!row) return 'done';
      await onRow(row);
    }
    return 'cancelled';
  }

  private requireIdle(): void {
    if (this.running !== undefined) throw new Error('another experiment is being computed');
  }

  private start(experiment: string): ExperimentStart {
    this.started = '';
    const start = this.session.start(experiment);
    this.started = experiment;
    return start;
  }
}
