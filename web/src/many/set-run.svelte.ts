/** One experiment for each pair of a set, one after another. */

import type { ExperimentStart, SweepRow, Token } from '../engine/module';
import type { Experiment } from '../experiment/experiment';
import { emptyResult, type LabResult, type ResultModel, withRow } from '../heatmap/result';
import { messageOf } from '../loading/errors';
import { type PromptPair, whyLeftOut } from './pair-set';
import type { ManyStatus } from './template-run.svelte';

export interface SetSource {
  tokenize(text: string): Promise<Token[]>;
  run(
    experiment: Experiment,
    onStart: (start: ExperimentStart) => undefined,
    onEstimates: () => void,
    onRow: (row: SweepRow) => unknown,
  ): Promise<'done' | 'cancelled'>;
  cancelRun(): Promise<void>;
}

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
  results = $state.raw<readonly PairResult[]>([]);
  leftOut = $state.raw<readonly LeftOut[]>([]);
  /** Pairs that are through, and all. */
  done = $state(0);
  count = $state(0);
  private current = 0;
  private source: SetSource | undefined;

  /** settings: the sites, directions and so on; its prompts are replaced by each pair's. */
  async run(
    source: SetSource,
    model: ResultModel,
    pairs: readonly PromptPair[],
    settings: Experiment,
  ): Promise<void> {
    const run = ++this.current;
    const isCurrent = () => run === this.current;
    this.status = 'running';
    this.results = [];
    this.leftOut = [];
    this.done = 0;
    this.count = pairs.length;
    this.source = source;
    for (const pair of pairs) {
      try {
        const why = await this.whyNot(source, pair, settings);
        if (!isCurrent()) return;
        if (why !== undefined) this.leave(pair, why);
        else if (!(await this.runPair(source, model, pair, settings, isCurrent))) {
          if (isCurrent()) this.status = 'cancelled';
          return;
        }
      } catch (error) {
        if (!isCurrent()) return;
        this.leave(pair, messageOf(error));
      }
      this.done++;
    }
    this.status = 'done';
  }

  /** Between two heatmap rows; pairs that are through stay. */
  cancel(): void {
    this.current++;
    if (this.status !== 'running') return;
    this.status = 'cancelled';
    void this.source?.cancelRun();
  }

  private leave({ name }: PromptPair, why: string): void {
    this.leftOut = [...this.leftOut, { name, why }];
  }

  private async whyNot(source: SetSource, pair: PromptPair, settings: Experiment) {
    const [clean, corrupted] = await Promise.all([
      source.tokenize(pair.clean),
      source.tokenize(pair.corrupted),
    ]);
    const first = this.results[0]?.result.start;
    return whyLeftOut(
      { clean: clean.length, corrupted: corrupted.length },
      targetsOf(pair, settings).length,
      first && { length: first.tokensClean.length, targets: first.targets.length },
    );
  }

  /** Whether it came to its end. */
  private async runPair(
    source: SetSource,
    model: ResultModel,
    pair: PromptPair,
    settings: Experiment,
    isCurrent: () => boolean,
  ): Promise<boolean> {
    const { clean, corrupted, name } = pair;
    const targets = targetsOf(pair, settings);
    const experiment = { ...settings, clean, corrupted, targets };
    // A region is one of other prompts.
    delete experiment.region;
    let result: LabResult | undefined;
    const end = await source.run(
      experiment,
      (start) => {
        result = emptyResult(experiment, model, start);
        return undefined;
      },
      () => undefined,
      (row) => {
        if (result) result = withRow(result, row);
      },
    );
    if (!isCurrent() || end === 'cancelled' || !result) return false;
    this.results = [...this.results, { name, result }];
    return true;
  }
}

function targetsOf(pair: PromptPair, settings: Experiment): Experiment['targets'] {
  return pair.targets.length > 0 ? pair.targets : settings.targets;
}
