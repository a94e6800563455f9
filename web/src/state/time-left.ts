/**
 * How long a run takes. A patched run costs its rows of blocks, which the engine counts, and then its answer: the
 * logits of the whole vocabulary at the last position. A map begins with the last layers, whose runs are almost
 * nothing but answers, so that counting block-rows alone tells minutes where seconds are left.
 */

import type { ExperimentStart, ModelInfo, SweepInfo, Token } from '../engine/module';
import type { Experiment } from '../experiment/experiment';

/** Rows of less time tell nothing of those to come: on a busy machine one may take as long as twenty others. */
const TRIAL_SECONDS = 1;

/** A run longer than this is told beforehand. */
export const LONG_RUN_SECONDS = 20;

type Shape = Pick<ModelInfo, 'nLayer' | 'nHead' | 'vocabSize' | 'dModel'>;

/** In block-rows: one row of one block is 12 d² multiplications, an answer is V · d. */
const answerWork = ({ vocabSize, dModel }: Shape) => vocabSize / (12 * dModel);

/** Of each target all tokens but the last stand before what is read, and targets share what they have in common. */
function answersOf(targets: readonly { tokens: readonly Token[] }[]): number {
  const beginnings = targets.map(({ tokens }) => tokens.slice(0, -1).map(({ id }) => id));
  const apart = new Map(beginnings.map((ids) => [ids.join(), ids.length + 1]));
  return [...apart.values()].reduce((sum, count) => sum + count, 0);
}

/** How many patched runs there are of a heatmap, as far as it is asked for. */
function cellsOf(info: SweepInfo, { nHead }: Shape, { region }: Experiment): number {
  const layers = info.endLayer - info.firstLayer;
  const positions = region ? region.positions[1] - region.positions[0] : info.columns;
  if (info.axes === 'head') return layers * info.columns;
  return layers * positions * (info.axes === 'head-position' ? nHead : 1);
}

/** What a run has to do, in block-rows. */
export interface RunWork {
  whole: number;
  /** Of one cell's answer. */
  ofCell: number;
}

export function workOf(start: ExperimentStart, experiment: Experiment, shape: Shape): RunWork {
  const { corruption } = experiment;
  const samples = corruption.kind === 'noise' ? corruption.samples : 1;
  const ofCell = answerWork(shape) * samples * answersOf(start.targets);
  const cells = start.sweeps.reduce((sum, info) => sum + cellsOf(info, shape, experiment), 0);
  return { whole: start.blockRows + ofCell * cells, ofCell };
}

/** Seconds for each block-row of work, as a model was seen to compute. */
export type Pace = number;

/** What the rows of a run that is to come take; undefined where nobody has seen the model compute. */
export function expectedSeconds(
  start: ExperimentStart,
  experiment: Experiment,
  shape: Shape,
  pace: Pace | undefined,
): number | undefined {
  const { whole } = workOf(start, experiment, shape);
  if (whole === 0) return 0;
  return pace === undefined ? undefined : whole * pace;
}

/** Tells of a run under way how long it still takes, from its own rows. */
export class RunClock {
  private cells = 0;
  private done = 0;
  private seconds = 0;

  constructor(private readonly work: RunWork) {}

  /** A row has come. cells: that it has. seconds: that all rows took so far. */
  add(cells: number, blockRowsDone: number, seconds: number): void {
    this.cells += cells;
    this.done = blockRowsDone + this.work.ofCell * this.cells;
    this.seconds = seconds;
  }

  /** Undefined before the first row. */
  get pace(): Pace | undefined {
    return this.done > 0 && this.seconds > 0 ? this.seconds / this.done : undefined;
  }

  /** Whether its pace tells what rows to come will take. */
  get isSure(): boolean {
    return this.seconds >= TRIAL_SECONDS || this.done >= this.work.whole;
  }

  get secondsLeft(): number | undefined {
    const { pace } = this;
    return pace === undefined ? undefined : Math.max(0, this.work.whole - this.done) * pace;
  }
}
