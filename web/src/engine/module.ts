/**
 * The engine as the page has it: its types are generated out of `wasm/bindings.cpp`, and explained in
 * `wasm/js_types.h` and `wasm/js_session.h`. Every method of a session throws `CoreError` on bad input.
 */

import type { MeasureTable, Session, TorchFile } from './patchboard';

export type {
  Attribution,
  AttributionResult,
  CellDetails,
  Check,
  ExperimentStart,
  LengthDifference,
  LogitLens,
  MeasureTable,
  MemoryNeed,
  ModelInfo,
  NeuronChanges,
  Prediction,
  PromptNote,
  PromptPair,
  Range,
  Repair,
  Repairs,
  Session,
  SweepInfo,
  SweepRow,
  Target,
  TemplateStart,
  Token,
  TorchHeader,
} from './patchboard';

/** A text, or the ids of its tokens. */
export type Prompt = Parameters<Session['tokenize']>[0];

/** The texts of a model's tokenizer files that are there, by the files' names. */
export type TokenizerTexts = Parameters<Session['setTokenizer']>[0];

export type RunName = Parameters<Session['lens']>[0];

/** What is estimated: one token's logit, or the difference of two. Indices of targets. */
export interface AttributionMetric {
  metric: 'logit' | 'logit_diff';
  target: number;
  against: number;
}

/** Everything that is known of one run's last position: a table of one cell. */
export type Measures = MeasureTable;

export interface PatchboardModule {
  HEAPU8: Uint8Array;
  /** memory: bytes that the heap can grow to. */
  Session: new (threads: number, memory: number) => Session;
  /** file: its name, for errors; size: of the file. */
  TorchFile: new (file: string, size: number) => TorchFile;
  /** Emscripten's own; not there where the engine has one thread. */
  PThread?: { terminateAllThreads(): void };
}

/** Emscripten's hook: makes the instance in place of its own way, and gives it to `use`. */
export type Instantiate = (
  imports: WebAssembly.Imports,
  use: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
) => object;

/** The default export of `engine/patchboard.mjs`. */
export type CreatePatchboard = (options: {
  wasmMemory: WebAssembly.Memory;
  /** How many the session will use. */
  threads: number;
  instantiateWasm?: Instantiate;
}) => Promise<PatchboardModule>;
