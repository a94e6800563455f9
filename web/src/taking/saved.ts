/** A result as JSON, to be replayed: docs/experiment.md, "Saved results". */

import type { Measures, Prediction, Token } from '../engine/module';
import type { Experiment } from '../experiment/experiment';
import { notFiniteCells } from '../heatmap/cell-state';
import { type LabResult, rowOffset, type SweepValues } from '../heatmap/result';
import { numberOrNull } from './numbers';

type Numbers = (number | null)[];

export interface SavedMeasures {
  prob: Numbers;
  log_prob: Numbers;
  logit: Numbers;
  rank: Numbers;
  kl: number | null;
}

export interface SavedPrediction extends Token {
  logit: number | null;
  prob: number | null;
}

export interface SavedSweep {
  site: string;
  direction: string;
  axes: string;
  /** [target][row][column] */
  prob: Numbers[][];
  log_prob: Numbers[][];
  logit: Numbers[][];
  rank: Numbers[][];
  /** [row][column] */
  kl: Numbers[];
  /** [[row, column]] of the cells that were computed and are not finite; others of null were not. */
  not_finite: [row: number, column: number][];
}

export interface SavedResult extends Omit<Experiment, 'corrupted'> {
  /** Where the corruption is another prompt. */
  corrupted?: Experiment['corrupted'];
  model: { id: string; label: string; dtype: string; digest?: string };
  /** mean: of each prompt that a mean is over. */
  tokens: { clean: Token[]; corrupted: Token[]; mean?: Token[][] };
  results: {
    targets: { text: string; tokens: Token[] }[];
    clean: SavedMeasures;
    corrupted: SavedMeasures;
    top: { clean: SavedPrediction[]; corrupted: SavedPrediction[] };
    sweeps: SavedSweep[];
  };
}

const numbers = (values: Float32Array): Numbers => Array.from(values, numberOrNull);

function savedMeasures({ prob, logProb, logit, rank, kl }: Measures): SavedMeasures {
  return {
    prob: numbers(prob),
    log_prob: numbers(logProb),
    logit: numbers(logit),
    rank: numbers(rank),
    kl: numberOrNull(Math.fround(kl)),
  };
}

function table(values: Float32Array, columns: number): Numbers[] {
  return Array.from({ length: values.length / columns }, (_, row) =>
    numbers(values.subarray(row * columns, (row + 1) * columns)),
  );
}

function savedSweep(sweep: SweepValues, targets: number): SavedSweep {
  const { site, direction, axes, columns } = sweep.info;
  const tables = (values: Float32Array) =>
    Array.from({ length: targets }, (_, target) =>
      table(values.subarray(rowOffset(sweep, target, 0), rowOffset(sweep, target + 1, 0)), columns),
    );
  return {
    site,
    direction,
    axes,
    prob: tables(sweep.prob),
    log_prob: tables(sweep.logProb),
    logit: tables(sweep.logit),
    rank: tables(sweep.rank),
    kl: table(sweep.kl, columns),
    not_finite: notFiniteCells(sweep),
  };
}

const savedPredictions = (top: readonly Prediction[]): SavedPrediction[] =>
  top.map(({ id, text, logit, prob }) => ({
    id,
    text,
    logit: numberOrNull(Math.fround(logit)),
    prob: numberOrNull(Math.fround(prob)),
  }));

/** digest: of the weights' file, where it is known. */
export function savedResult(result: LabResult, digest?: string): SavedResult {
  const { experiment, model, start } = result;
  const { id, label, dtype } = model;
  const { corrupted, ...asked } = experiment;
  return {
    ...asked,
    ...(experiment.corruption.kind === 'prompt' && { corrupted }),
    model: { id, label, dtype, ...(digest !== undefined && { digest }) },
    tokens: {
      clean: start.tokensClean,
      corrupted: start.tokensCorrupted,
      ...(start.tokensMean && { mean: start.tokensMean }),
    },
    results: {
      targets: start.targets,
      clean: savedMeasures(start.clean),
      corrupted: savedMeasures(start.corrupted),
      top: {
        clean: savedPredictions(start.topClean),
        corrupted: savedPredictions(start.topCorrupted),
      },
      sweeps: result.sweeps.map((sweep) => savedSweep(sweep, start.targets.length)),
    },
  };
}

// Newlines are never inside a JSON string, so only arrays of numbers match.
const NUMBERS = /\[\n *((?:null|[-\d.e+]+)(?:,\n *(?:null|[-\d.e+]+))*)\n *\]/g;

/** With a line for each row of numbers, so that people can read it and versions can be compared. */
export function savedJson(result: LabResult, digest?: string): string {
  const text = JSON.stringify(savedResult(result, digest), null, 1);
  return `${text.replaceAll(NUMBERS, (_, row: string) => `[${row.replaceAll(/\n */g, ' ')}]`)}\n`;
}
