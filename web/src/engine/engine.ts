/** The page's side of a worker that holds one model. */

import { proxy, type Remote, wrap } from 'comlink';

import type { LoadProgress } from '../weights/progress';
import type { Dtype } from '../weights/dtype';
import type { ModelSource } from '../weights/sources';
import { documentOf } from '../experiment/defaults';
import type { Experiment, TargetText } from '../experiment/experiment';
import type {
  AttributionResult,
  CellDetails,
  Check,
  ExperimentStart,
  LogitLens,
  Measures,
  ModelInfo,
  Prediction,
  Prompt,
  RunName,
  Session,
  SweepRow,
  TemplateStart,
  Token,
} from './module';
import { chooseEngine } from './variant';
import type { Call, EngineWorker, ExperimentCall, RunEnd } from './worker';

/** What is estimated: one token's logit, or the difference of two. Indices of targets. */
export interface AttributionMetric {
  metric: 'logit' | 'logit_diff';
  target: number;
  against: number;
}

/** What happens while a model is loaded. */
export interface LoadEvents {
  onProgress: (progress: LoadProgress) => void;
  /** Something to know that is no error. */
  onNote: (note: string) => void;
  /** Takes what ends the pause of a download that waits to try again. */
  onRetry: (retryNow: () => void) => void;
}

export class Engine {
  private readonly remote: Remote<EngineWorker>;
  private readonly ended: Promise<never>;
  private end: (reason: Error) => void = () => undefined;
  /** Whether the worker stopped by itself, so that nothing can be asked of it any more. */
  crashed = false;

  private constructor(
    readonly source: ModelSource,
    private readonly worker: Worker,
  ) {
    this.remote = wrap<EngineWorker>(worker);
    this.ended = new Promise<never>((_, reject) => {
      this.end = reject;
    });
    // Whoever waits for an answer hears of it; an end while nobody waits is no error.
    this.ended.catch(() => undefined);
    worker.addEventListener('error', (event) => {
      this.crashed = true;
      this.end(new Error(`the computing worker stopped: ${event.message || 'out of memory?'}`));
    });
  }

  /**
   * Loads a model into a worker of its own; ending the worker is what frees a model's memory.
   * Rejects with the signal's reason where it aborts.
   */
  static async load(
    source: ModelSource,
    dtype: Dtype,
    events: LoadEvents,
    signal: AbortSignal,
  ): Promise<{ engine: Engine; info: ModelInfo }> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
    const engine = new Engine(source, worker);
    try {
      signal.throwIfAborted();
      const choice = await chooseEngine(document.baseURI);
      events.onRetry(() => void engine.remote.retryNow());
      const { onProgress, onNote } = events;
      const loading = engine.remote.load(choice, source, dtype, proxy(onProgress), proxy(onNote));
      const info = await Promise.race([loading, engine.ended, aborted]);
      return { engine, info };
    } catch (error) {
      engine.close();
      throw error;
    }
  }

  tokenize(text: string): Promise<Token[]> {
    return this.call('tokenize', text);
  }

  resolveTarget(text: string): Promise<Token> {
    return this.call('resolveTarget', text);
  }

  predict(prompt: Prompt, count: number): Promise<Prediction[]> {
    return this.call('predict', prompt, count);
  }

  measure(prompt: Prompt, targets: readonly TargetText[]): Promise<Measures> {
    return this.call('measure', prompt, JSON.stringify(targets));
  }

  logits(prompt: Prompt): Promise<Float32Array> {
    return this.call('logits', prompt);
  }

  expandTemplate(template: string): Promise<TemplateStart> {
    return this.call('expandTemplate', template);
  }

  readPairs(text: string): Promise<string> {
    return this.call('readPairs', text);
  }

  repairs(clean: string, corrupted: string): Promise<string> {
    return this.call('repairs', clean, corrupted);
  }

  /**
   * Runs an experiment. onStart returns the metrics that there shall be estimates for before the rows;
   * what the page's functions return is waited for.
   */
  run(
    experiment: Experiment,
    onStart: (start: ExperimentStart) => readonly AttributionMetric[] | undefined,
    onEstimates: (metric: AttributionMetric, result: AttributionResult) => void,
    onRow: (row: SweepRow) => unknown,
  ): Promise<RunEnd> {
    const running = this.remote.runExperiment(
      documentOf(experiment),
      proxy((start: ExperimentStart) => (onStart(start) ?? []).map((one) => JSON.stringify(one))),
      proxy((metric: string, result: AttributionResult) => {
        onEstimates(JSON.parse(metric) as AttributionMetric, result);
      }),
      proxy(onRow),
    );
    return Promise.race([running, this.ended]);
  }

  /** Between two rows. */
  cancelRun(): Promise<void> {
    return this.remote.cancelRun();
  }

  // Of an experiment: the one given, started again where another one was started since; without it,
  // the one that was started last.

  attribute(metric: AttributionMetric, of?: Experiment): Promise<AttributionResult> {
    return this.callOf(of, 'attribute', JSON.stringify(metric));
  }

  /** column: of the sweep's row. head: −1 unless a row is a head's. */
  cell(
    sweep: number,
    layer: number,
    head: number,
    column: number,
    continuation: number,
    of?: Experiment,
  ): Promise<CellDetails> {
    return this.callOf(of, 'cell', sweep, layer, head, column, continuation);
  }

  patterns(run: RunName, layer: number, of?: Experiment): Promise<Float32Array> {
    return this.callOf(of, 'patterns', run, layer);
  }

  lens(run: RunName, of?: Experiment): Promise<LogitLens> {
    return this.callOf(of, 'lens', run);
  }

  checks(of?: Experiment): Promise<Check[]> {
    return this.callOf(of, 'checks');
  }

  /** Frees everything; what is still being waited for is rejected. */
  close(): void {
    this.worker.terminate();
    this.end(new Error(`${this.source.label} was unloaded`));
  }

  // Comlink's types lose what a generic method returns.
  private call<Name extends Call>(
    name: Name,
    ...args: Parameters<Session[Name]>
  ): Promise<ReturnType<Session[Name]>> {
    const answer = this.remote.call(name, args) as Promise<ReturnType<Session[Name]>>;
    return Promise.race([answer, this.ended]);
  }

  private callOf<Name extends ExperimentCall>(
    of: Experiment | undefined,
    name: Name,
    ...args: Parameters<Session[Name]>
  ): Promise<ReturnType<Session[Name]>> {
    const answer = this.remote.callOf(of && documentOf(of), name, args) as Promise<
      ReturnType<Session[Name]>
    >;
    return Promise.race([answer, this.ended]);
  }
}
