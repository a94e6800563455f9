/** What `wasm/bindings.cpp` registers. Arrays are copies, never views of the WebAssembly heap. */

import type { Direction, Site } from '../experiment/experiment';
import type { Dtype } from '../weights/dtype';
import type { MeasureTable } from './measure-table';

export interface Token {
  id: number;
  /** For a person to read; spaces and newlines as they are, bytes that are no UTF-8 as `\xHH`. */
  text: string;
}

export interface Prediction extends Token {
  logit: number;
  prob: number;
}

export interface ModelInfo {
  nLayer: number;
  nHead: number;
  dModel: number;
  vocabSize: number;
  nPositions: number;
  parameters: number;
  /** Sixteen hexadecimal digits that tell models and number formats apart. */
  fingerprint: string;
  /** Memory that the weights take. */
  weightBytes: number;
}

/** A text, or the ids of its tokens. */
export type Prompt = string | number[];

/** What is measured: one token, or several together, the probability of the whole, teacher-forced. */
export interface Target {
  text: string;
  tokens: Token[];
}

/** Everything that is known of one run's last position: a table of one cell. */
export type Measures = MeasureTable;

/** One heatmap to compute: see docs/experiment.md. */
export interface SweepInfo {
  site: Site;
  direction: Direction;
  /** layer × position; layer × head; or, a row for each head of each layer, head × position. */
  axes: 'position' | 'head' | 'head-position';
  /** Layers, or n_layer · n_head. */
  rows: number;
  /** Positions or heads. */
  columns: number;
  /** Block-rows that it still needs. */
  blockRows: number;
}

/** The clean and the corrupted run; what is known before the first heatmap row. */
export interface ExperimentStart {
  tokensClean: Token[];
  /** Where the corruption is noise or an ablation: those of the clean prompt. */
  tokensCorrupted: Token[];
  /** Of each prompt that a mean is over; only where the corruption is one. */
  tokensMean?: Token[][];
  targets: Target[];
  clean: Measures;
  corrupted: Measures;
  /** The ten most probable next tokens. */
  topClean: Prediction[];
  topCorrupted: Prediction[];
  sweeps: SweepInfo[];
  /**
   * Block-rows that all sweeps do, without the heatmap rows known from before, and that one forward
   * pass per patch would do.
   */
  blockRows: number;
  naiveBlockRows: number;
  /** What the two runs took, for an estimate of the rest: block-rows of both, and seconds. */
  startBlockRows: number;
  startSeconds: number;
}

/**
 * One heatmap row. A cell is exact, not finite or not computed; which, `computed` and `notFinite` say
 * together. Its values are NaN unless it is exact; of a target of several tokens, measures of one token
 * are NaN even then. (Estimates come by `attribute` alone.)
 */
export interface SweepRow {
  /** An index into `ExperimentStart.sweeps`. */
  sweep: number;
  layer: number;
  /** −1 unless a row is a head's. */
  head: number;
  /** A cell a column. */
  measures: MeasureTable;
  /** [column]: 0 outside the region. */
  computed: Uint8Array;
  /**
   * [column]: 1 where the cell was computed, but the logits of one of its patched runs are not
   * finite, so that there is nothing to measure.
   */
  notFinite: Uint8Array;
  /** Block-rows done so far, this row included. */
  blockRowsDone: number;
}

/** The first-order estimate of a whole heatmap: [row][column], of the metric's change. */
export interface Attribution {
  sweep: number;
  values: Float32Array;
}

export interface AttributionResult {
  estimates: Attribution[];
  seconds: number;
}

/** A patched run looked at closely; of noise, the mean over the samples, as in the heatmap. */
export interface CellDetails {
  /** Where not, the patched run's logits are not finite: `top`, `changed`, its continuation are empty. */
  finite: boolean;
  /** Whether corrupted and patched run were continued: not of noise in more than 16 samples. */
  continued: boolean;
  top: Prediction[];
  /** The tokens whose probability the patch changed most, against the run that was patched. */
  changed: { id: number; text: string; before: number; after: number }[];
  /**
   * Greedy continuations of the three runs; the patch stays in place. Of noise, each token is the
   * most probable in the mean over the samples.
   */
  continuations: { clean: Token[]; corrupted: Token[]; patched: Token[] };
}

/**
 * Top token and the targets' probability at each [layer, position]; of noise, of the mean over the
 * samples. Where logits are not finite, the token's id is −1 and probabilities are NaN.
 */
export interface LogitLens {
  /** [layer][position], flat */
  top: Token[];
  topProb: Float32Array;
  /** [target][layer][position], flat; of the first token of each target */
  prob: Float32Array;
}

/** A check that a result makes of itself. */
export interface Check {
  name: string;
  passed: boolean;
  /** What was compared, and what came out. */
  detail: string;
}

/** Of an experiment, beside the weights, in bytes. */
export interface MemoryNeed {
  /** With less allowed, `start` refuses it and says what would need less. */
  least: number;
  /** With so much, nothing is computed twice. */
  most: number;
  allowed: number;
}

export type RunName = 'clean' | 'corrupted';

/** A template's fillings: those that keep the length, with the targets' values, and the others. */
export interface TemplateStart {
  slots: string[][];
  fillings: { words: string[]; text: string; tokens: number; keeps: boolean }[];
}

/** A model being loaded, then used. Every method throws `CoreError` on bad input. */
export interface Session {
  /**
   * Takes the text of `config.json`; refuses what is not a GPT-2 before anything is allocated.
   * dtype: how weights are kept in memory; arithmetic is f32 in every case.
   * files: the names of the weights' files, in the order in which they come.
   */
  begin(configJson: string, dtype: Dtype, files: string[]): void;
  setTokenizer(vocabJson: string, mergesTxt: string): void;
  /** An address in HEAPU8 where the next `bytes` of the weights go, then `commit` them. */
  reserve(bytes: number): number;
  commit(bytes: number): void;
  /** One of several files has ended; the next one's bytes follow. */
  endFile(): void;
  /** From here on, there is a copy of the weights' file to keep, in the numbers of `dtype`. */
  keep(): void;
  /** What the last `commit` added to it: a view of the heap, valid until the next call. */
  kept(): Uint8Array<ArrayBuffer>;
  /** The header of the file being read, as text; empty before it is whole. */
  weightsHeader(): string;
  /**
   * What was committed was the beginning of a kept copy of a file with this header. Returns the
   * position in that file from where bytes come next; they continue the copy.
   */
  continueFrom(sourceHeader: string): number;
  /** Checks that every tensor arrived. */
  finish(): void;
  info(): ModelInfo;
  /** Ids that are no token of the tokenizer have their number as text. */
  tokenize(prompt: Prompt): Token[];
  /** The text that tokens are together; an error where they are none. */
  decode(ids: number[]): string;
  /** The single token that `text` is; the error shows how it splits and what would be one token. */
  resolveTarget(text: string): Token;
  /**
   * Runs the clean and the corrupted prompt of an experiment (docs/experiment.md, as JSON text). What
   * an experiment before on the same prompts computed is not computed again.
   */
  start(experiment: string): ExperimentStart;
  /** What an experiment would hold beside the weights, told before it is started. */
  memoryOf(experiment: string): MemoryNeed;
  /** Computes the next heatmap row, last layer first; undefined when all are done. */
  step(): SweepRow | undefined;
  /** First-order estimates for every sweep. metric: `{"metric", "target", "against"}`, as JSON text. */
  attribute(metric: string): AttributionResult;
  /** column: of the sweep's row. */
  cell(
    sweep: number,
    layer: number,
    head: number,
    column: number,
    continuation: number,
  ): CellDetails;
  /** Attention patterns of one layer: [head][query][key], flat; of noise, the samples' mean. */
  patterns(run: RunName, layer: number): Float32Array;
  lens(run: RunName): LogitLens;
  /** The checks of the experiment that was started. */
  checks(): Check[];
  /** The most probable next tokens, at most `count`. */
  predict(prompt: Prompt, count: number): Prediction[];
  /** One run; targets as in the experiment, JSON text of an array. kl is 0. */
  measure(prompt: Prompt, targets: string): Measures;
  /** The logits of the last position: [vocabSize]. */
  logits(prompt: Prompt): Float32Array;
  expandTemplate(template: string): TemplateStart;
  /** Prompt pairs from JSON or CSV, as JSON text: see docs/experiment.md. */
  readPairs(text: string): string;
  /** How prompts of different lengths could be repaired, as JSON text. */
  repairs(clean: string, corrupted: string): string;
  delete(): void;
}

/** Thrown by the module: an Error whose `code` says what kind of input was wrong. */
export interface CoreError extends Error {
  code:
    | 'config'
    | 'weights'
    | 'tokenizer'
    | 'prompt'
    | 'target'
    | 'experiment'
    | 'state'
    | 'memory'
    | 'internal';
}

export interface PatchboardModule {
  HEAPU8: Uint8Array;
  /** memory: bytes that the heap can grow to. */
  Session: new (threads: number, memory: number) => Session;
  /** Emscripten's own; not there where the engine has one thread. */
  PThread?: { terminateAllThreads(): void };
}

/** The default export of `engine/patchboard.mjs`. */
export type CreatePatchboard = (options: {
  wasmMemory: WebAssembly.Memory;
  /** How many the session will use. */
  threads: number;
}) => Promise<PatchboardModule>;
