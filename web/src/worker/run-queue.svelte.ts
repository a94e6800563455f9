/**
 * The one line in which every part of the page waits for the engine, which holds one experiment at a
 * time. Each request ends exactly once: done, failed or cancelled.
 *
 * A run goes when nothing else is under way, and a question about an experiment between the rows of that
 * experiment's run, or in its turn. Questions about no experiment need not wait.
 */

import { untrack } from 'svelte';

import type { AttributionMetric, Session } from '../engine/module';
import { messageOf } from '../errors/errors';
import { documentOf, settled } from '../experiment/defaults';
import type { Experiment } from '../experiment/experiment';
import { EngineAccess, type RunEvents } from './engine-access';
import { EngineOver } from './engine-over';
import type { Call, ExperimentCall, RunEnd, RunnerEvents } from './session-runner';

/** What the queue has of an engine. */
export interface EnginePort {
  call<Name extends Call>(
    name: Name,
    args: Parameters<Session[Name]>,
  ): Promise<ReturnType<Session[Name]>>;
  callOf<Name extends ExperimentCall>(
    experiment: string,
    name: Name,
    args: Parameters<Session[Name]>,
  ): Promise<ReturnType<Session[Name]>>;
  run(id: number, experiment: string, events: RunnerEvents): Promise<RunEnd>;
  cancel(id: number): Promise<void>;
  /** Rejects when the engine answers nothing any more. */
  readonly over: Promise<never>;
}

interface Entry {
  part: string;
  /** For a person of another part to read. */
  what: string;
  experiment: string;
  isRun: boolean;
  /** Settles when the request has ended. */
  go: () => Promise<void>;
  fail: (why: unknown) => void;
}

/** The requests that have not ended, in the order in which they came. */
interface Line {
  underWay: readonly Entry[];
  waiting: readonly Entry[];
}

const EMPTY: Line = { underWay: [], waiting: [] };

const asError = (error: unknown) => (error instanceof Error ? error : new Error(messageOf(error)));

export class RunQueue {
  // Not the state itself: in the teardown of an effect, which cancels, state reads as it was before.
  private line = EMPTY;
  /** The line, for the page to follow. */
  private seen = $state.raw(EMPTY);
  private parts: Partial<Record<string, EngineAccess>> = {};
  private lastId = 0;
  private over: Error | undefined;

  constructor(
    private readonly port: EnginePort,
    private hasTokenizer = true,
  ) {
    port.over.catch((error: unknown) => {
      this.end(asError(error));
    });
  }

  /** Whether nothing is under way or waits. */
  get isIdle(): boolean {
    return this.seen.underWay.length === 0 && this.seen.waiting.length === 0;
  }

  /** name: as a person of another part reads it. */
  part(name: string): EngineAccess {
    this.parts[name] ??= new EngineAccess({
      call: (call, args) => this.call(call, args),
      callOf: (of, call, args) => this.ask(name, of, call, args),
      run: (of, what, events, signal) => this.run(name, of, what, events, signal),
      waitsFor: () => this.waitsFor(name),
      hasTokenizer: this.hasTokenizer,
    });
    return this.parts[name];
  }

  /** The model has got a tokenizer: to its parts, it is another one from now on. */
  gainTokenizer(): void {
    this.hasTokenizer = true;
    this.parts = {};
  }

  /** Which other part's request a part waits for; undefined where it waits for none. */
  private waitsFor(part: string): string | undefined {
    const { underWay, waiting } = this.seen;
    if (!waiting.some((entry) => entry.part === part)) return undefined;
    const ahead = underWay[0] ?? waiting[0];
    return ahead && ahead.part !== part ? `“${ahead.part}”: ${ahead.what}` : undefined;
  }

  private call<Name extends Call>(
    name: Name,
    args: Parameters<Session[Name]>,
  ): Promise<ReturnType<Session[Name]>> {
    return this.over ? Promise.reject(this.over) : this.port.call(name, args);
  }

  private ask<Name extends ExperimentCall>(
    part: string,
    of: Experiment,
    name: Name,
    args: Parameters<Session[Name]>,
  ): Promise<ReturnType<Session[Name]>> {
    const experiment = documentOf(settled(of));
    return new Promise((resolve, reject) => {
      this.enter({
        part,
        what: 'a closer look',
        experiment,
        isRun: false,
        go: () => this.port.callOf(experiment, name, args).then(resolve, reject),
        fail: reject,
      });
    });
  }

  private run(
    part: string,
    asked: Experiment,
    what: string,
    events: RunEvents,
    signal: AbortSignal,
  ): Promise<RunEnd> {
    const run = settled(asked);
    const experiment = documentOf(run);
    const id = ++this.lastId;
    const heard = runnerEvents(run, events);
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        resolve('cancelled');
        return;
      }
      const fail = (error: unknown) => {
        if (error instanceof EngineOver && !error.isCrash) resolve('cancelled');
        else reject(asError(error));
      };
      const entry: Entry = {
        part,
        what,
        experiment,
        isRun: true,
        go: () => {
          events.onTurn?.();
          return this.port.run(id, experiment, heard).then(resolve, fail);
        },
        fail,
      };
      const stop = () => {
        const { underWay, waiting } = this.line;
        if (waiting.includes(entry)) {
          this.change({ waiting: without(waiting, entry) });
          resolve('cancelled');
          this.advance();
        } else if (underWay.includes(entry)) {
          this.port.cancel(id).catch(fail);
        }
      };
      signal.addEventListener('abort', stop, { once: true });
      this.enter(entry);
    });
  }

  private enter(entry: Entry): void {
    if (this.over) {
      entry.fail(this.over);
      return;
    }
    // An effect that asks does not depend on the line that its question changes.
    untrack(() => {
      this.change({ waiting: [...this.line.waiting, entry] });
      this.advance();
    });
  }

  private advance(): void {
    for (;;) {
      const { underWay, waiting } = this.line;
      const next = waiting.find((entry, index) => this.mayGo(entry, index));
      if (!next) return;
      this.change({ waiting: without(waiting, next), underWay: [...underWay, next] });
      const ended = () => {
        this.change({ underWay: without(this.line.underWay, next) });
        this.advance();
      };
      next.go().then(ended, ended);
    }
  }

  private mayGo({ isRun, experiment }: Entry, index: number): boolean {
    const { underWay } = this.line;
    const [first] = underWay;
    if (!first) return index === 0;
    if (isRun || first.experiment !== experiment) return false;
    // Before others only between the rows of its own run, so that no stream of questions holds a run up.
    return index === 0 || underWay.some((other) => other.isRun);
  }

  /** What is under way hears of it by itself. */
  private end(why: Error): void {
    this.over = why;
    const dropped = this.line.waiting;
    this.change({ waiting: [] });
    for (const { fail } of dropped) fail(why);
  }

  private change(changed: Partial<Line>): void {
    this.line = { ...this.line, ...changed };
    this.seen = this.line;
  }
}

const without = (entries: readonly Entry[], left: Entry) =>
  entries.filter((entry) => entry !== left);

function runnerEvents(run: Experiment, events: RunEvents): RunnerEvents {
  const metricOf = (text: string) => JSON.parse(text) as AttributionMetric;
  return {
    onStart: (start) => (events.onStart(start, run) ?? []).map((metric) => JSON.stringify(metric)),
    onEstimates: (metric, result) => events.onEstimates?.(metricOf(metric), result),
    onEstimatesFailed: (metric, why) => events.onEstimatesFailed?.(metricOf(metric), why),
    onRow: (row) => events.onRow(row),
  };
}
