/** A part's only way to the engine: what it can ask, each through the queue. */

import type {
  PromptNote,
  PromptPair,
  Repairs,
  AttributionMetric,
  AttributionResult,
  CellDetails,
  Check,
  ExperimentStart,
  LogitLens,
  Measures,
  MemoryNeed,
  NeuronChanges,
  Prediction,
  Prompt,
  RunName,
  Session,
  SweepRow,
  TemplateStart,
  Token,
} from '../engine/module';
import { documentOf, settled } from '../experiment/defaults';
import type { Experiment, TargetText } from '../experiment/experiment';
import { type PromptOptions, promptOptions, USUAL_OPTIONS } from '../experiment/prompt-options';
import type { Call, ExperimentCall, RunEnd } from './session-runner';

export type { RunEnd };

/** What they return is waited for. A run that is cancelled tells of the row that was under way. */
export interface RunEvents {
  /** Nothing else is under way any more. */
  onTurn?: () => void;
  /**
   * run: the experiment as it is run, its settings settled. Returns the metrics that there shall be
   * estimates for before the rows.
   */
  onStart: (start: ExperimentStart, run: Experiment) => readonly AttributionMetric[] | undefined;
  onEstimates?: (metric: AttributionMetric, result: AttributionResult) => unknown;
  onEstimatesFailed?: (metric: AttributionMetric, why: string) => unknown;
  onRow: (row: SweepRow) => unknown;
}

/** Where a part's requests go. */
interface Way {
  call: <Name extends Call>(
    name: Name,
    args: Parameters<Session[Name]>,
  ) => Promise<ReturnType<Session[Name]>>;
  callOf: <Name extends ExperimentCall>(
    of: Experiment,
    name: Name,
    args: Parameters<Session[Name]>,
  ) => Promise<ReturnType<Session[Name]>>;
  run: (
    experiment: Experiment,
    what: string,
    events: RunEvents,
    signal: AbortSignal,
  ) => Promise<RunEnd>;
  waitsFor: () => string | undefined;
  hasTokenizer: boolean;
}

export class EngineAccess {
  readonly #way: Way;
  readonly #options: PromptOptions;
  /** The same way, with other options: each once, so that who asks is told apart. */
  readonly #others: Map<string, EngineAccess>;

  constructor(way: Way, options = USUAL_OPTIONS, others = new Map<string, EngineAccess>()) {
    this.#way = way;
    this.#options = options;
    this.#others = others;
    others.set(JSON.stringify(options), this);
  }

  /** Reads texts as an experiment does. */
  reading(experiment: Pick<Experiment, 'bos' | 'special_tokens'>): EngineAccess {
    const options = promptOptions(experiment);
    const known = this.#others.get(JSON.stringify(options));
    return known ?? new EngineAccess(this.#way, options, this.#others);
  }

  /** Whether both ask the same model, if not in the same words. */
  isOfModelOf(other: EngineAccess | undefined): boolean {
    return other !== undefined && this.#others === other.#others;
  }

  /** What this part waits for, as a person reads it; undefined where nothing of it waits. */
  get waitsFor(): string | undefined {
    return this.#way.waitsFor();
  }

  /** Whether texts can be asked about; else prompts and targets are token ids. */
  get hasTokenizer(): boolean {
    return this.#way.hasTokenizer;
  }

  /**
   * Runs an experiment when its turn comes; a signal that aborts takes it out of the line, or ends it
   * between two rows. what: names it to other parts that wait. Rejects with what made it fail.
   */
  run(
    experiment: Experiment,
    what: string,
    events: RunEvents,
    signal: AbortSignal,
  ): Promise<RunEnd> {
    return this.#way.run(experiment, what, events, signal);
  }

  /** A text's own tokens: of a word, say, or a continuation. */
  tokenize(text: Prompt): Promise<Token[]> {
    return this.#way.call('tokenize', [text, { ...this.#options, bos: false }]);
  }

  /** As it is run. */
  tokenizePrompt(prompt: Prompt): Promise<Token[]> {
    return this.#way.call('tokenize', [prompt, this.#options]);
  }

  decode(ids: number[]): Promise<string> {
    return this.#way.call('decode', [ids]);
  }

  resolveTarget(text: string): Promise<Token> {
    return this.#way.call('resolveTarget', [text, this.#options]);
  }

  predict(prompt: Prompt, count: number): Promise<Prediction[]> {
    return this.#way.call('predict', [prompt, count, this.#options]);
  }

  measure(prompt: Prompt, targets: readonly TargetText[]): Promise<Measures> {
    return this.#way.call('measure', [prompt, JSON.stringify(targets), this.#options]);
  }

  /** ids: of the whole prompt, as it was run. */
  logits(ids: number[]): Promise<Float32Array> {
    return this.#way.call('logits', [ids, USUAL_OPTIONS]);
  }

  expandTemplate(template: string): Promise<TemplateStart> {
    return this.#way.call('expandTemplate', [template, this.#options]);
  }

  readPairs(text: string): Promise<PromptPair[]> {
    return this.#way.call('readPairs', [text]);
  }

  repairs(clean: string, corrupted: string): Promise<Repairs> {
    return this.#way.call('repairs', [clean, corrupted, this.#options]);
  }

  notes(experiment: Experiment): Promise<PromptNote[]> {
    return this.#way.call('notes', [documentOf(settled(experiment))]);
  }

  /** What a run of it would hold; rejects with what the core has against it. Nothing is run. */
  memoryOf(experiment: Experiment): Promise<MemoryNeed> {
    return this.#way.call('memoryOf', [documentOf(settled(experiment))]);
  }

  // Of an experiment, which is started again where another one was started since.

  attribute(metric: AttributionMetric, of: Experiment): Promise<AttributionResult> {
    return this.#way.callOf(of, 'attribute', [JSON.stringify(metric)]);
  }

  /** column: of the sweep's row. head: −1 unless a row is a head's. */
  cell(
    sweep: number,
    layer: number,
    head: number,
    column: number,
    continuation: number,
    of: Experiment,
  ): Promise<CellDetails> {
    return this.#way.callOf(of, 'cell', [sweep, layer, head, column, continuation]);
  }

  patterns(run: RunName, layer: number, of: Experiment): Promise<Float32Array> {
    return this.#way.callOf(of, 'patterns', [run, layer]);
  }

  lens(run: RunName, of: Experiment): Promise<LogitLens> {
    return this.#way.callOf(of, 'lens', [run]);
  }

  /** The layer's neurons that differ most between the two runs at a position, at most `count`. */
  neurons(layer: number, position: number, count: number, of: Experiment): Promise<NeuronChanges> {
    return this.#way.callOf(of, 'neurons', [layer, position, count]);
  }

  checks(of: Experiment): Promise<Check[]> {
    return this.#way.callOf(of, 'checks', []);
  }
}
