/** Everything that the report ran, on the model in use, item by item. */

import { valuesOfRun } from '../engine/measure-table';
import type { Prompt } from '../engine/module';
import { messageOf } from '../errors/errors';
import type { ManyStatus } from '../many/template-run.svelte';
import { emptyResult, type LabResult, type ResultModel, withRow } from '../result/result';
import type { EngineAccess, RunEnd, RunEvents } from '../worker/engine-access';
import { EngineOver } from '../worker/engine-over';
import {
  type AttemptsItem,
  type HeatmapItem,
  type Report,
  type ReportItem,
  type ReportRow,
  type TableItem,
  wholeExperiment,
} from './report-data';
import type { RunFigures } from './verdicts';

export type ReportSource = Pick<
  EngineAccess,
  'predict' | 'measure' | 'tokenize' | 'readPairs' | 'reading' | 'run'
>;

export interface Attempt {
  name: string;
  /** [target] */
  clean: readonly number[];
  corrupted: readonly number[];
}

export interface ItemFigures {
  table?: { clean: RunFigures; corrupted: RunFigures };
  heatmap?: LabResult;
  attempts?: readonly Attempt[];
  problem?: string;
}

const TOP = 10;

export class ReportRun {
  status = $state<ManyStatus>('idle');
  /** By the items' ids. */
  figures = $state.raw<Readonly<Record<string, ItemFigures>>>({});
  /** The model that they are of. */
  model = $state.raw<ResultModel>();
  /** The item being run. */
  at = $state<ReportItem>();
  done = $state(0);
  /** Why not everything was run. */
  problem = $state<string>();
  private abort = new AbortController();

  async run(source: ReportSource, model: ResultModel, report: Report): Promise<void> {
    this.cancel();
    this.abort = new AbortController();
    const { signal } = this.abort;
    this.status = 'running';
    this.problem = undefined;
    this.figures = {};
    this.model = model;
    this.done = 0;
    for (const item of report.items) {
      this.at = item;
      let end: RunEnd = 'done';
      try {
        end = await this.runItem(source, model, item, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof EngineOver) {
          this.finish(error.isCrash ? 'failed' : 'cancelled', error.message);
          return;
        }
        this.set(item, { problem: messageOf(error) });
      }
      if (signal.aborted) return;
      if (end === 'cancelled') {
        this.finish('cancelled');
        return;
      }
      this.done++;
    }
    this.finish('done');
  }

  cancel(): void {
    this.abort.abort();
    if (this.status === 'running') this.finish('cancelled');
  }

  private finish(status: ManyStatus, problem?: string): void {
    this.status = status;
    this.problem = problem;
    this.at = undefined;
  }

  private set({ id }: ReportItem, figures: ItemFigures): void {
    this.figures = { ...this.figures, [id]: { ...this.figures[id], ...figures } };
  }

  private async runItem(
    source: ReportSource,
    model: ResultModel,
    item: ReportItem,
    signal: AbortSignal,
  ): Promise<RunEnd> {
    switch (item.kind) {
      case 'table': {
        const table = await tableFigures(source, item);
        if (!signal.aborted) this.set(item, { table });
        return 'done';
      }
      case 'heatmap':
        return this.runHeatmap(source, model, item, signal);
      case 'attempts':
        await this.runAttempts(source, item, signal);
        return 'done';
    }
  }

  private runHeatmap(
    source: ReportSource,
    model: ResultModel,
    item: HeatmapItem,
    signal: AbortSignal,
  ): Promise<RunEnd> {
    const events: RunEvents = {
      onStart: (start, run) => {
        if (!signal.aborted) this.set(item, { heatmap: emptyResult(run, model, start) });
        return undefined;
      },
      onRow: (row) => {
        const heatmap = this.figures[item.id]?.heatmap;
        if (!signal.aborted && heatmap) this.set(item, { heatmap: withRow(heatmap, row) });
      },
    };
    return source.run(wholeExperiment(item.experiment), item.label, events, signal);
  }

  private async runAttempts(
    source: ReportSource,
    item: AttemptsItem,
    signal: AbortSignal,
  ): Promise<void> {
    const { targets } = item;
    const asked = JSON.stringify({ targets, pairs: item.pairs });
    const pairs = await source.readPairs(asked);
    const attempts: Attempt[] = [];
    for (const { name, clean, corrupted } of pairs) {
      const [first, second] = [
        await source.measure(clean, targets),
        await source.measure(corrupted, targets),
      ];
      if (signal.aborted) return;
      attempts.push({
        name,
        clean: valuesOfRun(first, 'prob'),
        corrupted: valuesOfRun(second, 'prob'),
      });
      this.set(item, { attempts: [...attempts] });
    }
  }
}

async function tableFigures(access: ReportSource, item: TableItem) {
  const source = access.reading(item.experiment);
  const { clean, corrupted } = item.experiment;
  return {
    clean: await runFigures(source, clean, item.clean),
    corrupted: await runFigures(source, corrupted, item.corrupted),
  };
}

async function runFigures(
  source: Omit<ReportSource, 'reading'>,
  prompt: Prompt,
  rows: readonly ReportRow[],
): Promise<RunFigures> {
  const top = await source.predict(prompt, TOP);
  const spelled = await Promise.all(rows.map(({ token }) => source.tokenize(token)));
  const ids = spelled.map((tokens) => (tokens.length === 1 ? tokens[0]?.id : undefined));
  const known = ids.filter((id) => id !== undefined);
  const measured = known.length > 0 ? await source.measure(prompt, known) : undefined;
  const probsMeasured = measured ? valuesOfRun(measured, 'prob') : [];
  let next = 0;
  const probs = ids.map((id) => (id === undefined ? undefined : probsMeasured[next++]));
  return { top, probs };
}
