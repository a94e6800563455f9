/**
 * The engine as the page has it: its types are generated out of `wasm/bindings.cpp`, and explained in
 * `wasm/js_types.h` and `wasm/js_session.h`. Every method of a session throws `CoreError` on bad input.
 */

import type { MeasureTable, Session } from './patchboard';

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
  PromptPair,
  Repair,
  Repairs,
  Session,
  SweepInfo,
  SweepRow,
  Target,
  TemplateStart,
  Token,
} from './patchboard';

/** A text, or the ids of its tokens. */
export type Prompt = Parameters<Session['tokenize']>[0];

export type RunName = Parameters<Session['lens']>[0];

/** Everything that is known of one run's last position: a table of one cell. */
export type Measures = MeasureTable;

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
