/** Everything that the report ran, on the model in use, item by item. */

import type { Measures, Prediction, Prompt, Token } from '../engine/module';
import type { TargetText } from '../experiment/experiment';
import { emptyResult, type LabResult, type ResultModel, withRow } from '../heatmap/result';
import { messageOf } from '../loading/errors';
import { parsePairs } from '../many/pair-set';
import type { SetSource } from '../many/set-run.svelte';
import type { ManyStatus } from '../many/template-run.svelte';
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

export interface ReportSource extends SetSource {
  predict(prompt: Prompt, count: number): Promise<Prediction[]>;
  measure(prompt: Prompt, targets: readonly TargetText[]): Promise<Measures>;
  resolveTarget(text: string): Promise<Token>;
  readPairs(text: string): Promise<string>;
}

export interface Attempt {
  name: string;
  /** [target] */
  clean: Float32Array;
  corrupted: Float32Array;
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
  private current = 0;
  private source: ReportSource | undefined;

  async run(source: ReportSource, model: ResultModel, report: Report): Promise<void> {
    const run = ++this.current;
    const isCurrent = () => run === this.current;
    this.status = 'running';
    this.figures = {};
    this.model = model;
    this.source = source;
    this.done = 0;
    for (const item of report.items) {
      this.at = item;
      try {
        await this.runItem(source, model, item, isCurrent);
      } catch (error) {
        if (isCurrent()) this.set(item, { problem: messageOf(error) });
      }
      if (!isCurrent()) return;
      this.done++;
    }
    this.at = undefined;
    this.status = 'done';
  }

  cancel(): void {
    this.current++;
    if (this.status !== 'running') return;
    this.status = 'cancelled';
    this.at = undefined;
    void this.source?.cancelRun();
  }

  private set({ id }: ReportItem, figures: ItemFigures): void {
    this.figures = { ...this.figures, [id]: { ...this.figures[id], ...figures } };
  }

  private async runItem(
    source: ReportSource,
    model: ResultModel,
    item: ReportItem,
    isCurrent: () => boolean,
  ): Promise<void> {
    switch (item.kind) {
      case 'table': {
        const table = await tableFigures(source, item);
        if (isCurrent()) this.set(item, { table });
        return;
      }
      case 'heatmap':
        await this.runHeatmap(source, model, item, isCurrent);
        return;
      case 'attempts':
        await this.runAttempts(source, item, isCurrent);
    }
  }

  private async runHeatmap(
    source: ReportSource,
    model: ResultModel,
    item: HeatmapItem,
    isCurrent: () => boolean,
  ): Promise<void> {
    const experiment = wholeExperiment(item.experiment);
    await source.run(
      experiment,
      (start) => {
        if (isCurrent()) this.set(item, { heatmap: emptyResult(experiment, model, start) });
        return undefined;
      },
      () => undefined,
      (row) => {
        const heatmap = this.figures[item.id]?.heatmap;
        if (isCurrent() && heatmap) this.set(item, { heatmap: withRow(heatmap, row) });
      },
    );
  }

  private async runAttempts(
    source: ReportSource,
    item: AttemptsItem,
    isCurrent: () => boolean,
  ): Promise<void> {
    const { targets } = item;
    const asked = JSON.stringify({ targets, pairs: item.pairs });
    const { pairs } = parsePairs(await source.readPairs(asked));
    const attempts: Attempt[] = [];
    for (const { name, clean, corrupted } of pairs) {
      const [first, second] = [
        await source.measure(clean, targets),
        await source.measure(corrupted, targets),
      ];
      if (!isCurrent()) return;
      attempts.push({ name, clean: first.prob, corrupted: second.prob });
      this.set(item, { attempts: [...attempts] });
    }
  }
}

async function tableFigures(source: ReportSource, item: TableItem) {
  const { clean, corrupted } = item.experiment;
  return {
    clean: await runFigures(source, clean, item.clean),
    corrupted: await runFigures(source, corrupted, item.corrupted),
  };
}

async function runFigures(
  source: ReportSource,
  prompt: Prompt,
  rows: readonly ReportRow[],
): Promise<RunFigures> {
  const top = await source.predict(prompt, TOP);
  const ids = await Promise.all(
    rows.map(({ token }) =>
      source.resolveTarget(token).then(
        ({ id }) => id,
        // Not one token of this vocabulary.
        () => undefined,
      ),
    ),
  );
  const known = ids.filter((id) => id !== undefined);
  const measured = known.length > 0 ? await source.measure(prompt, known) : undefined;
  let next = 0;
  const probs = ids.map((id) => (id === undefined ? undefined : measured?.prob[next++]));
  return { top, probs };
}
