/** Keeps a model while it arrives, as long as that is possible: a model that cannot be kept loads all the same. */

import { isDomError, messageOf } from '../loading/errors';
import type { Texts } from '../loading/feeder';
import type { FileVersion } from '../weights/file-version';
import { FILES } from '../weights/files';
import type { DigestState } from '../weights/digest';
import type { KeptModel } from './kept-model';
import { KeptWriter } from './kept-writer';
import type { Manifest } from './manifest';

export class Keeper {
  private constructor(
    private writer: KeptWriter | undefined,
    private readonly note: (text: string) => unknown,
  ) {}

  /** model: undefined where there is no storage. note: takes why a model is not kept. */
  static async open(
    model: KeptModel | undefined,
    manifest: Manifest,
    note: (text: string) => unknown,
  ): Promise<Keeper> {
    const keeper = new Keeper(undefined, note);
    if (model) {
      await keeper.attempt(async () => {
        keeper.writer = await KeptWriter.open(model, manifest);
      });
    }
    return keeper;
  }

  get isKeeping(): boolean {
    return this.writer !== undefined;
  }

  /** Of what an earlier visit kept. */
  get manifest(): Readonly<Manifest> | undefined {
    return this.writer?.manifest;
  }

  /** See KeptWriter. */
  async *existing(): AsyncGenerator<Uint8Array, void> {
    if (this.writer) yield* this.writer.existing();
  }

  /** What continuing at a later visit will need. */
  describe(version: FileVersion, header: string): void {
    if (this.writer) Object.assign(this.writer.manifest, { version, header });
  }

  addTexts({ config, vocab, merges }: Texts): Promise<void> {
    return this.attempt(async (writer) => {
      await writer?.addText(FILES.config, config);
      await writer?.addText(FILES.vocab, vocab);
      await writer?.addText(FILES.merges, merges);
    });
  }

  append(bytes: Uint8Array, digest: () => DigestState | undefined): Promise<void> {
    return this.attempt((writer) => writer?.append(bytes, digest));
  }

  restart(): void {
    this.writer?.restart();
  }

  commit(): Promise<void> {
    return this.attempt((writer) => writer?.commit());
  }

  /** So that a later visit goes on from here. */
  async save(digest: DigestState | undefined): Promise<void> {
    await this.attempt((writer) => writer?.save(digest));
    this.writer?.close();
  }

  async discard(): Promise<void> {
    await this.writer?.discard();
    this.writer = undefined;
  }

  /** From the first failure on, nothing is kept. */
  private async attempt(
    act: (writer: KeptWriter | undefined) => Promise<void> | undefined,
  ): Promise<void> {
    try {
      await act(this.writer);
    } catch (error) {
      await this.discard();
      this.note(reasonOf(error));
    }
  }
}

function reasonOf(error: unknown): string {
  if (isDomError(error, 'NoModificationAllowedError')) {
    return 'Another tab is fetching this model too: this one does not keep it for next time.';
  }
  if (isDomError(error, 'QuotaExceededError')) {
    return 'There is no room on this machine to keep the model for next time; it is loaded all the same.';
  }
  return `The model is not kept for next time: ${messageOf(error)}.`;
}
