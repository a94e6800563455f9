/** What `wasm/bindings.cpp` registers. Arrays are copies, never views of the WebAssembly heap. */

import type { Dtype } from '../weights/dtype';

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
  /** Memory that the weights take. */
  weightBytes: number;
}

/** One value per target. */
export interface TargetValues {
  prob: Float32Array;
  logit: Float32Array;
}

/** A text, or the ids of its tokens. */
export type Prompt = string | number[];

export interface PatchRequest {
  clean: Prompt;
  corrupted: Prompt;
  targets: (string | number)[];
}

/** The clean and the corrupted run; what is known before the first heatmap row. */
export interface PatchStart {
  tokensClean: Token[];
  tokensCorrupted: Token[];
  targets: Token[];
  clean: TargetValues;
  corrupted: TargetValues;
  /** The ten most probable next tokens. */
  topClean: Prediction[];
  topCorrupted: Prediction[];
  /**
   * Block-rows that this sweep does, without the heatmap rows known from the sweep before on the same
   * prompts, and that one forward pass per patch would do.
   */
  blockRows: number;
  naiveBlockRows: number;
}

/** One heatmap row: every position of one patched layer. Values are [target][position], flat. */
export interface PatchRow {
  layer: number;
  prob: Float32Array;
  logit: Float32Array;
  /** Block-rows done so far, this row included. */
  blockRowsDone: number;
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
  tokenize(text: string): Token[];
  /** The single token that `text` is; the error shows how it splits and what would be one token. */
  resolveTarget(text: string): Token;
  startPatch(request: PatchRequest): PatchStart;
  /** Computes the next heatmap row, last layer first; undefined when all are done. */
  stepPatch(): PatchRow | undefined;
  /** The most probable next tokens, at most `count`. */
  predict(prompt: Prompt, count: number): Prediction[];
  delete(): void;
}

/** Thrown by the module: an Error whose `code` says what kind of input was wrong. */
export interface CoreError extends Error {
  code: 'config' | 'weights' | 'tokenizer' | 'prompt' | 'target' | 'state' | 'memory' | 'internal';
}

export interface PatchboardModule {
  HEAPU8: Uint8Array;
  Session: new (threads: number) => Session;
}

/** The default export of `engine/patchboard.mjs`. */
export type CreatePatchboard = (options?: {
  locateFile?: (name: string) => string;
}) => Promise<PatchboardModule>;
