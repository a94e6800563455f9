/** The worker that holds one model: it loads it, then answers the page. */

import { expose } from 'comlink';

import { Feeder } from '../loading/feeder';
import type { AddressLoad } from '../loading/from-address';
import { loadModel } from '../loading/load-model';
import { LoadReport } from '../loading/report';
import type { Dtype } from '../weights/dtype';
import type { LoadProgress } from '../weights/progress';
import type { ModelSource } from '../weights/sources';
import type {
  CreatePatchboard,
  ModelInfo,
  PatchRequest,
  PatchRow,
  PatchStart,
  Session,
  Token,
} from './module';
import type { EngineChoice } from './variant';

export type PatchEnd = 'done' | 'cancelled';

export class EngineWorker {
  private session: Session | undefined;
  private download: AddressLoad | undefined;
  private sweep = 0;

  /** onNote: takes what a person should know. */
  async load(
    { url, threads }: EngineChoice,
    source: ModelSource,
    dtype: Dtype,
    onProgress: (progress: LoadProgress) => unknown,
    onNote: (note: string) => unknown,
  ): Promise<ModelInfo> {
    const engine = (await import(/* @vite-ignore */ url)) as { default: CreatePatchboard };
    const module = await engine.default();
    const session = new module.Session(threads);
    const report = new LoadReport(onProgress, onNote);
    const feeder = new Feeder(module, session, dtype);
    try {
      await loadModel(feeder, source, report, (load) => {
        this.download = load;
      });
    } finally {
      report.end();
    }
    this.session = session;
    return session.info();
  }

  /** Ends the pause of a download that waits to try again. */
  retryNow(): void {
    this.download?.retryNow();
  }

  tokenize(text: string): Token[] {
    return this.loaded().tokenize(text);
  }

  resolveTarget(text: string): Token {
    return this.loaded().resolveTarget(text);
  }

  /**
   * Runs a sweep; it ends early where another one starts or `cancelPatch` is called.
   * The page's answer to each row is awaited: rows never pile up, and a cancel is heard in between.
   */
  async patch(
    request: PatchRequest,
    onStart: (start: PatchStart) => unknown,
    onRow: (row: PatchRow) => unknown,
  ): Promise<PatchEnd> {
    const session = this.loaded();
    const sweep = ++this.sweep;
    await onStart(session.startPatch(request));
    while (sweep === this.sweep) {
      const row = session.stepPatch();
      if (!row) return 'done';
      await onRow(row);
    }
    return 'cancelled';
  }

  cancelPatch(): void {
    this.sweep++;
  }

  private loaded(): Session {
    if (!this.session) throw new Error('no model is loaded');
    return this.session;
  }
}

expose(new EngineWorker());
