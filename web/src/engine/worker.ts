/** The worker that holds one model: it loads it, then answers the page. */

import { expose } from 'comlink';

import { fetchText, openDownload } from '../weights/download';
import type { LoadProgress } from '../weights/progress';
import { type Dtype, requireFits } from '../weights/dtype';
import { FILES, type ModelSource } from '../weights/sources';
import type {
  CreatePatchboard,
  ModelInfo,
  PatchboardModule,
  PatchRequest,
  PatchRow,
  PatchStart,
  Session,
  Token,
} from './module';

export type PatchEnd = 'done' | 'cancelled';

const MAX_THREADS = 8;
const PROGRESS_MS = 100;

async function streamWeights(
  module: PatchboardModule,
  session: Session,
  url: string,
  dtype: Dtype,
  onProgress: (progress: LoadProgress) => unknown,
) {
  const { total, chunks } = await openDownload(url);
  if (total !== undefined) requireFits(total, dtype, url);
  let received = 0;
  let reported = 0;
  for await (const chunk of chunks) {
    const address = session.reserve(chunk.byteLength);
    module.HEAPU8.set(chunk, address);
    session.commit(chunk.byteLength);
    received += chunk.byteLength;
    if (performance.now() - reported > PROGRESS_MS) {
      reported = performance.now();
      onProgress({ received, total });
    }
  }
  await onProgress({ received, total });
}

export class EngineWorker {
  private session: Session | undefined;
  private sweep = 0;

  /** engineUrl: the address of patchboard.mjs. */
  async load(
    engineUrl: string,
    source: ModelSource,
    dtype: Dtype,
    onProgress: (progress: LoadProgress) => unknown,
  ): Promise<ModelInfo> {
    const engine = (await import(/* @vite-ignore */ engineUrl)) as { default: CreatePatchboard };
    const file = (name: string) => source.folder + name;
    const [module, config, vocab, merges] = await Promise.all([
      engine.default(),
      fetchText(file(FILES.config)),
      fetchText(file(FILES.vocab)),
      fetchText(file(FILES.merges)),
    ]);
    const session = new module.Session(Math.min(navigator.hardwareConcurrency, MAX_THREADS));
    session.begin(config, dtype);
    session.setTokenizer(vocab, merges);
    await streamWeights(module, session, file(FILES.weights), dtype, onProgress);
    session.finish();
    this.session = session;
    return session.info();
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
