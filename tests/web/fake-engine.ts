/** An engine for tests: the worker's own side, reached by messages, with a session that a test makes fail. */

import { unknownTable } from '../../web/src/engine/measure-table';
import type { AttributionResult, MemoryNeed, Session, SweepRow } from '../../web/src/engine/module';
import type { Experiment } from '../../web/src/experiment/experiment';
import { EngineOver } from '../../web/src/worker/engine-over';
import type { EnginePort } from '../../web/src/worker/run-queue.svelte';
import { SessionRunner } from '../../web/src/worker/session-runner';
import { EXPERIMENT, START } from './example-result';

export const ROWS = 4;
const coreError = (message: string) => Object.assign(new Error(message), { code: 'experiment' });

/** What goes wrong with an experiment is in its prompt. */
export type Fault = '' | 'start' | 'row' | 'estimate' | 'checks';

export const experiment = (name: string, fault: Fault = ''): Experiment => ({
  ...EXPERIMENT,
  clean: `${name} ${fault}`,
});
const nameIn = (document: string) => (JSON.parse(document) as Experiment).clean as string;

/** Holds one experiment, as the core's does, and counts starts in the middle of a run. */
export class FakeSession {
  private held = '';
  private row = ROWS;
  interrupted = 0;
  /** Bytes that an experiment may hold. */
  allowed = 9e9;

  constructor(private readonly name = '') {}

  start(document: string) {
    const name = nameIn(document);
    if (this.held !== '' && this.row > 0 && this.row < ROWS && name !== this.held) {
      this.interrupted++;
    }
    this.held = '';
    if (name.includes('start')) throw coreError(`cannot start ${name}`);
    this.held = name;
    this.row = ROWS;
    return { ...START, sweeps: START.sweeps.map((sweep) => ({ ...sweep, rows: ROWS })) };
  }

  memoryOf(document: string): MemoryNeed {
    const name = nameIn(document);
    if (name.includes('start')) throw coreError(`cannot start ${name}`);
    return { least: 1e9, most: 3e9, allowed: this.allowed };
  }

  step(): SweepRow | undefined {
    if (this.row === 0) return undefined;
    if (this.row === 2 && this.held.includes('row')) throw coreError(`no row of ${this.held}`);
    this.row--;
    const values = { measures: unknownTable(0, 0) };
    const marks = { computed: new Uint8Array(), notFinite: new Uint8Array() };
    const blockRowsDone = ROWS - this.row;
    return { sweep: 0, layer: this.row, head: -1, ...values, ...marks, blockRowsDone };
  }

  /** A run that was cancelled is over for this count. */
  forget() {
    this.row = 0;
  }

  notes() {
    return [];
  }

  attribute(): AttributionResult {
    if (this.held.includes('estimate')) throw coreError(`no estimate of ${this.held}`);
    return { estimates: [], seconds: 0 };
  }

  checks() {
    if (this.held.includes('checks')) throw coreError(`no checks of ${this.held}`);
    return [{ name: this.held, passed: true, detail: '' }];
  }

  tokenize(prompt: string | number[]) {
    return typeof prompt === 'string'
      ? [{ id: 1, text: prompt }]
      : prompt.map((id) => ({ id, text: `${this.name} ${id}` }));
  }
}

/** A worker's side, reached by messages that arrive in order, each after some ticks. */
export class FakePort<Held extends { forget: () => void } = FakeSession> implements EnginePort {
  readonly over: Promise<never>;
  private end: (why: Error) => void = () => undefined;
  private readonly runner: SessionRunner;
  private line = Promise.resolve();

  /** name: of its model. rowMs: what each row takes. */
  constructor(
    private readonly ticks: () => number,
    name = '',
    readonly session: Held = new FakeSession(name) as unknown as Held,
    private readonly rowMs = 0,
  ) {
    this.runner = new SessionRunner(session as unknown as Session);
    this.over = new Promise<never>((_, reject) => {
      this.end = reject;
    });
  }

  close(isCrash = false) {
    this.session.forget(); // a worker that is ended computes no more
    this.end(new EngineOver('unloaded', isCrash));
  }

  private async pause() {
    for (let tick = this.ticks(); tick > 0; tick--) await Promise.resolve();
  }

  private send<T>(act: () => T | Promise<T>): Promise<T> {
    const arrived = this.line.then(() => this.pause());
    this.line = arrived;
    // An act that takes longer lets others arrive meanwhile, as a worker does where it awaits.
    return Promise.race([arrived.then(act), this.over]);
  }

  call: EnginePort['call'] = (name, args) => this.send(() => this.runner.call(name, args));

  callOf: EnginePort['callOf'] = (of, name, args) =>
    this.send(() => this.runner.callOf(of, name, args));

  run: EnginePort['run'] = (id, document, events) => {
    const after =
      <Args extends unknown[], Result>(tell: (...args: Args) => Result) =>
      async (...args: Args) => {
        await this.pause();
        return tell(...args);
      };
    return this.send(async () => {
      const heard = {
        onStart: after(events.onStart) as RunEventsOfPort['onStart'],
        onEstimates: after(events.onEstimates),
        onEstimatesFailed: after(events.onEstimatesFailed),
        onRow: async (row: SweepRow) => {
          if (this.rowMs > 0) await new Promise((resolve) => setTimeout(resolve, this.rowMs));
          await this.pause();
          return events.onRow(row);
        },
      };
      try {
        return await this.runner.run(id, document, heard);
      } finally {
        this.session.forget();
      }
    });
  };

  cancel: EnginePort['cancel'] = (id) =>
    this.send(() => {
      this.runner.cancel(id);
    });
}
type RunEventsOfPort = Parameters<EnginePort['run']>[2];
