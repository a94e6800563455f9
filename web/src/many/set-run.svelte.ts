/** One experiment for each pair of a set, one after another. */

import type { PromptPair } from '../engine/module';
import { messageOf } from '../errors/errors';
import type { Experiment } from '../experiment/experiment';
import { emptyResult, type LabResult, type ResultModel, withRow } from '../result/result';
import type { EngineAccess, RunEvents } from '../worker/engine-access';
import { EngineOver } from '../worker/engine-over';
import { type PairShape, setText, whyLeftOut } from './pair-set';
import type { ManyStatus } from './template-run.svelte';

export type SetSource = Pick<
  EngineAccess,
  'readPairs' | 'tokenizePrompt' | 'resolveTarget' | 'run'
>;

export interface PairResult {
  name: string;
  result: LabResult;
}

export interface LeftOut {
  name: string;
  why: string;
}

export class SetRun {
  status = $state<ManyStatus>('idle');
  /** Undefined until a set was read and looked through. */
  pairs = $state.raw<readonly PromptPair[]>();
  results = $state.raw<readonly PairResult[]>([]);
  leftOut = $state.raw<readonly LeftOut[]>([]);
  /** Pairs that are through. */
  done = $state(0);
  /** Whether all of this is of a run before the last one, which has brought nothing (yet). */
  isBefore = $state(false);
  private abort = new AbortController();

  /** How far it is; of the same set as the results. */
  get story(): string {
    const isCancelled = this.status === 'cancelled';
    const none = isCancelled ? 'Cancelled before it began.' : '';
    if (!this.pairs) return none;
    const counted = `${this.done} of ${this.pairs.length} pairs`;
    if (this.isBefore) return `${none} Of the set before: ${counted}`.trim();
    return isCancelled ? `${counted}, cancelled` : counted;
  }

  /** Says of which set the results are, where the last run was of another. */
  get label(): string | undefined {
    if (!this.isBefore || !this.pairs) return undefined;
    return `Of the set that was run before: ${setText(this.pairs)}`;
  }

  /** text: the set, as JSON or CSV. settings: the sites, directions and so on; its prompts are replaced by each pair's. */
  async run(
    source: SetSource,
    model: ResultModel,
    text: string,
    settings: Experiment,
  ): Promise<void> {
    this.cancel();
    this.abort = new AbortController();
    const { signal } = this.abort;
    this.status = 'running';
    this.isBefore = this.pairs !== undefined;
    try {
      const pairs = await source.readPairs(text);
      const reasons = await reasonsOf(source, pairs, settings);
      signal.throwIfAborted();
      this.begin(pairs);
      for (const [index, pair] of pairs.entries()) {
        if (signal.aborted) return;
        const why = reasons[index];
        if (why !== undefined) this.leave(pair, why);
        else if (!(await this.runOrLeave(source, model, pair, settings, signal))) {
          this.finish('cancelled', signal);
          return;
        }
        this.done++;
      }
      this.finish('done', signal);
    } catch (error) {
      if (signal.aborted) return;
      const isOver = error instanceof EngineOver && !error.isCrash;
      this.finish(isOver ? 'cancelled' : 'failed', signal);
      throw error;
    }
  }

  /** Between two heatmap rows; pairs that are through stay. */
  cancel(): void {
    this.abort.abort();
    if (this.status === 'running') this.status = 'cancelled';
  }

  /** What the run before brought gives way. */
  private begin(pairs: readonly PromptPair[]): void {
    this.pairs = pairs;
    this.results = [];
    this.leftOut = [];
    this.done = 0;
    this.isBefore = false;
  }

  /** Nothing where another run has begun since. */
  private finish(status: ManyStatus, { aborted }: AbortSignal): void {
    if (!aborted) this.status = status;
  }

  private leave({ name }: PromptPair, why: string): void {
    this.leftOut = [...this.leftOut, { name, why }];
  }

  /** Whether it came to its end; a pair that cannot be run is left out. */
  private async runOrLeave(
    source: SetSource,
    model: ResultModel,
    pair: PromptPair,
    settings: Experiment,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      return await this.runPair(source, model, pair, settings, signal);
    } catch (error) {
      if (signal.aborted) return false;
      if (error instanceof EngineOver) throw error;
      this.leave(pair, messageOf(error));
      return true;
    }
  }

  /** Whether it came to its end. */
  private async runPair(
    source: SetSource,
    model: ResultModel,
    pair: PromptPair,
    settings: Experiment,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { clean, corrupted, name } = pair;
    const targets = targetsOf(pair, settings);
    const experiment = { ...settings, clean, corrupted, targets };
    // A region is one of other prompts.
    delete experiment.region;
    let result: LabResult | undefined;
    const events: RunEvents = {
      onStart: (start, run) => {
        result = emptyResult(run, model, start);
        return undefined;
      },
      onRow: (row) => {
        if (result) result = withRow(result, row);
      },
    };
    const end = await source.run(experiment, `the pair ${name}`, events, signal);
    if (signal.aborted || end === 'cancelled' || !result) return false;
    this.results = [...this.results, { name, result }];
    return true;
  }
}

/** [pair], why it is left out; undefined where it is run. */
async function reasonsOf(
  source: SetSource,
  pairs: readonly PromptPair[],
  settings: Experiment,
): Promise<(string | undefined)[]> {
  // Noise and ablations have no prompt of their own.
  const isPrompt = settings.corruption.kind === 'prompt';
  const reasons: (string | undefined)[] = [];
  const shapes: (PairShape & { index: number })[] = [];
  for (const [index, pair] of pairs.entries()) {
    const targets = targetsOf(pair, settings);
    try {
      const clean = (await source.tokenizePrompt(pair.clean)).length;
      const corrupted = isPrompt ? (await source.tokenizePrompt(pair.corrupted)).length : clean;
      // A pair whose targets are no tokens has no say in what is commonest.
      for (const target of targets) {
        if (typeof target === 'string') await source.resolveTarget(target);
      }
      shapes.push({ index, clean, corrupted, targets: targets.length });
    } catch (error) {
      if (error instanceof EngineOver) throw error;
      reasons[index] = messageOf(error);
    }
  }
  whyLeftOut(shapes).forEach((why, i) => {
    const shape = shapes[i];
    if (shape) reasons[shape.index] = why;
  });
  return reasons;
}

function targetsOf(pair: PromptPair, settings: Experiment): Experiment['targets'] {
  return pair.targets.length > 0 ? pair.targets : settings.targets;
}
