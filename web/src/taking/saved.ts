/** A result as JSON, to be replayed: docs/experiment.md, "Saved results". */

import { MEASURES } from '../engine/core-tables';
import {
  type Measure,
  type MeasureInfo,
  targetsOf,
  valueOf,
  valuesOf,
} from '../engine/measure-table';
import type { Measures, Prediction, Token } from '../engine/module';
import { toDocument } from '../experiment/defaults';
import type { ExperimentDocument } from '../experiment/experiment';
import { notFiniteCells } from '../result/cell-state';
import { numberOrNull } from '../result/numbers';
import type { LabResult, SweepValues } from '../result/result';
import type { StandIn } from '../weights/sources';

type Numbers = (number | null)[];

/** [target], or one number of a measure of the whole run. */
export type SavedMeasures = Record<Measure, Numbers | number | null>;

export interface SavedPrediction extends Token {
  logit: number | null;
  prob: number | null;
}

/** Of each measure [target][row][column], or [row][column]. */
export interface SavedSweep extends Record<Measure, Numbers[][] | Numbers[]> {
  site: string;
  direction: string;
  axes: string;
  /**
   * [[row, column]] of the cells that were computed and are not finite; others of null were not. Older results do not
   * have it.
   */
  not_finite?: [row: number, column: number][];
}

export interface SavedResult extends ExperimentDocument {
  model: { id: string; label: string; dtype: string; digest?: string; tokenizer?: StandIn };
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

type Lacks = NonNullable<LabResult['lacks']>;

/** In the order of the core's table. */
function byMeasure<T>(lacks: Lacks, saved: (measure: MeasureInfo) => T): Record<Measure, T> {
  const had = MEASURES.filter(({ name }) => !lacks.includes(name));
  return Object.fromEntries(had.map((measure) => [measure.name, saved(measure)])) as Record<
    Measure,
    T
  >;
}

function savedMeasures(run: Measures, lacks: Lacks): SavedMeasures {
  return byMeasure(lacks, (measure) => {
    const values = targetsOf(measure, run).map((target) =>
      numberOrNull(valueOf(run, measure.name, target)),
    );
    return measure.ofTarget ? values : (values[0] ?? null);
  });
}

function rowsOf(values: Float32Array, columns: number): Numbers[] {
  return Array.from({ length: values.length / columns }, (_, row) =>
    numbers(values.subarray(row * columns, (row + 1) * columns)),
  );
}

function savedSweep(sweep: SweepValues, lacks: Lacks): SavedSweep {
  const { site, direction, axes, columns } = sweep.info;
  const tables = byMeasure(lacks, (measure) => {
    const rows = targetsOf(measure, sweep.measures).map((target) =>
      rowsOf(valuesOf(sweep.measures, measure.name, target), columns),
    );
    return measure.ofTarget ? rows : (rows[0] ?? []);
  });
  const cells = { not_finite: notFiniteCells(sweep) };
  return { site, direction, axes, ...tables, ...(!lacks.includes('not_finite') && cells) };
}

const savedPredictions = (top: readonly Prediction[]): SavedPrediction[] =>
  top.map(({ id, text, logit, prob }) => ({
    id,
    text,
    logit: numberOrNull(Math.fround(logit)),
    prob: numberOrNull(Math.fround(prob)),
  }));

/** digest: of the weights' file, where it is known. */
function savedResult(result: LabResult, digest?: string): SavedResult {
  const { experiment, model, start, lacks = [] } = result;
  const { id, label, dtype, tokenizer } = model;
  return {
    ...toDocument(experiment),
    model: {
      id,
      label,
      dtype,
      ...(digest !== undefined && { digest }),
      ...(tokenizer && { tokenizer }),
    },
    tokens: {
      clean: start.tokensClean,
      corrupted: start.tokensCorrupted,
      ...(start.tokensMean.length > 0 && { mean: start.tokensMean }),
    },
    results: {
      targets: start.targets,
      clean: savedMeasures(start.clean, lacks),
      corrupted: savedMeasures(start.corrupted, lacks),
      top: {
        clean: savedPredictions(start.topClean),
        corrupted: savedPredictions(start.topCorrupted),
      },
      sweeps: result.sweeps.map((sweep) => savedSweep(sweep, lacks)),
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
