/** The model in use and the one being loaded; a load that fails leaves the one in use alone. */

import type { ModelInfo } from '../engine/module';
import { follow, messageOf } from '../errors/errors';
import { type Dtype, LARGEST_MEMORY, requireFits } from '../weights/dtype';
import { availableMemory } from '../weights/memory';
import { type LoadProgress, type Pace, PaceMeter } from '../weights/progress';
import {
  EMBEDDED_ID,
  keptAddress,
  type ModelSource,
  named,
  sizesOf,
  type TokenizerUse,
} from '../weights/sources';
import { Engine } from '../worker/engine';
import { EngineOver } from '../worker/engine-over';
import { loadEngine } from '../worker/first-load';
import { RunQueue } from '../worker/run-queue.svelte';

export interface LoadedModel {
  /** The way to its engine. */
  queue: RunQueue;
  info: ModelInfo;
  /** The build of the engine. */
  variant: string;
  /** Why it computes in one thread; undefined where it has more. */
  oneThread: string | undefined;
  source: ModelSource;
  dtype: Dtype;
  tokenizer: TokenizerUse;
}

export interface Loading {
  source: ModelSource;
  progress: LoadProgress;
  pace: Pace;
  /** Ends a pause between two attempts. */
  retryNow: () => void;
}

/** A model beside the one in use, until it is closed or another one comes in use. */
export interface BesideModel {
  logits: (ids: number[]) => Promise<Float32Array>;
  close: () => void;
}

/** A worker that stops is replaced by itself this often before somebody asks for a model again. */
const RELOADS = 3;

/** So that the browser does not throw kept models away by itself when space is short. */
async function askToPersist(): Promise<void> {
  try {
    await navigator.storage.persist();
  } catch {
    // Where it cannot be asked, models are kept as long as the browser likes.
  }
}

export class ModelShelf {
  inUse = $state.raw<LoadedModel>();
  loading = $state.raw<Loading>();
  problem = $state<string>();
  /** What a person should know of the last load, and is no error. */
  notes = $state.raw<readonly string[]>([]);
  /** Bytes that a model can have in this tab. */
  memory = $state(LARGEST_MEMORY);
  private abort: AbortController | undefined;
  /** Of the model in use: the only one that may live, but for those of `besides`. */
  private engine: Engine | undefined;
  private besides: readonly AbortController[] = [];
  private reloads = 0;

  /** Until it is asked, `memory` is the most that there can be. */
  async probeMemory(): Promise<void> {
    this.memory = await availableMemory();
  }

  /** Loads a model and then puts it in use; a load under way is given up. */
  async load(source: ModelSource, dtype: Dtype): Promise<void> {
    this.reloads = 0;
    const { inUse } = this;
    // What it is read with stays, in whatever numbers it is.
    const isSame = inUse?.tokenizer === 'gpt2' && inUse.source.id === source.id;
    await this.loadInUse(isSame ? { ...source, tokenizer: 'gpt2' } : source, dtype);
  }

  /** The model in use, which has no tokenizer, is read with GPT-2's from now on. */
  async useGpt2Tokenizer(): Promise<void> {
    const { engine, inUse } = this;
    if (!engine || !inUse) return;
    const info = await engine.useGpt2Tokenizer();
    if (this.engine !== engine) return; // another one is in use by now
    inUse.queue.gainTokenizer();
    this.inUse = { ...inUse, info, tokenizer: 'gpt2', source: named(inUse.source, 'gpt2') };
  }

  /** A model beside the one in use: of another source, or the same one in another format. */
  async beside(dtype: Dtype, source = this.inUse?.source): Promise<BesideModel> {
    if (!this.inUse || !source) throw new Error('no model is in use');
    const abort = new AbortController();
    this.besides = [...this.besides, abort];
    const quiet = { onProgress: () => {}, onNote: () => {}, onRetry: () => {} };
    try {
      const { engine } = await Engine.load(source, dtype, quiet, abort.signal);
      const close = () => {
        engine.close();
        this.besides = this.besides.filter((other) => other !== abort);
      };
      if (abort.signal.aborted) {
        close();
        abort.signal.throwIfAborted();
      }
      abort.signal.addEventListener('abort', close);
      const access = new RunQueue(engine).part('A model beside');
      return { logits: (ids) => access.logits(ids), close };
    } catch (error) {
      this.besides = this.besides.filter((other) => other !== abort);
      throw error;
    }
  }

  /** What the model in use may have been rounded from, of what is kept here in f32. */
  async originals(): Promise<readonly ModelSource[]> {
    const source = this.inUse?.source;
    if (!source) return [];
    const { keptOriginals } = await import('../kept/kept-models');
    const { sourceAt } = await import('../weights/published');
    const copies = await keptOriginals(keptAddress(source));
    return copies.map(({ address }) => sourceAt(address, document.baseURI));
  }

  /** Why it cannot be had; undefined where it can. */
  whyNotBeside(dtype: Dtype, source = this.inUse?.source): string | undefined {
    const sizes = source && sizesOf(source);
    if (!source || !sizes) return undefined;
    try {
      requireFits(sizes, dtype, source.label, this.memory);
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  cancel(): void {
    this.abort?.abort();
  }

  /** The page is left: a browser that puts it aside, to go back to it, would keep gigabytes. */
  leave(): void {
    this.cancel();
    this.endEngines();
  }

  /** A page that was left and is back loads its model again. */
  async reload(): Promise<void> {
    if (!this.inUse) return;
    const { source, dtype } = this.inUse;
    this.endEngines();
    this.inUse = undefined;
    await this.loadInUse(source, dtype);
  }

  private async loadInUse(source: ModelSource, dtype: Dtype): Promise<void> {
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    this.problem = undefined;
    this.notes = [];
    const meter = new PaceMeter();
    let retryNow = () => {};
    // What is told on the way has a channel of its own, so that it can come after the end.
    let isOver = false;
    const onProgress = (progress: LoadProgress) => {
      if (isOver || abort.signal.aborted) return;
      this.loading = { source, progress, pace: meter.add(progress, performance.now()), retryNow };
    };
    const events = {
      onProgress,
      onNote: (note: string) => {
        if (!abort.signal.aborted) this.notes = [...this.notes, note];
      },
      onRetry: (retry: () => void) => {
        retryNow = retry;
      },
    };
    try {
      const sizes = sizesOf(source);
      if (sizes) requireFits(sizes, dtype, source.label, this.memory);
      onProgress({ received: 0, total: source.weightBytes, state: { kind: 'reading' } });
      // Not waited for: Firefox asks the person, who may never answer.
      if (source.id !== EMBEDDED_ID && !source.local) follow(askToPersist(), events.onNote);
      const { engine, ...loaded } = await loadEngine(source, dtype, events, abort.signal);
      const { info, tokenizer } = loaded;
      const queue = new RunQueue(engine, info.hasTokenizer);
      if (abort.signal.aborted) engine.close();
      else this.use(engine, { queue, ...loaded, source: named(source, tokenizer), dtype });
    } catch (error) {
      if (!abort.signal.aborted) this.problem = messageOf(error);
    } finally {
      isOver = true;
      if (this.abort === abort) this.loading = undefined;
    }
  }

  private use(engine: Engine, model: LoadedModel): void {
    this.endEngines();
    this.engine = engine;
    this.inUse = model;
    engine.over.catch((error: unknown) => {
      if (error instanceof EngineOver && error.isCrash)
        this.replace(engine, this.inUse ?? model, error);
    });
  }

  private endEngines(): void {
    this.engine?.close();
    this.engine = undefined;
    for (const abort of this.besides) abort.abort(new Error('another model is in use'));
  }

  /** A worker that died: its model is loaded again, unless another one is on its way. */
  private replace(dead: Engine, { source, dtype }: LoadedModel, { message }: EngineOver): void {
    if (this.engine !== dead) return;
    this.endEngines();
    this.inUse = undefined;
    if (this.loading) return;
    if (this.reloads < RELOADS) {
      this.reloads++;
      follow(this.loadInUse(source, dtype), (why) => (this.problem = why));
    } else {
      this.problem = `${source.label} is not loaded any more: ${message}`;
    }
  }
}
