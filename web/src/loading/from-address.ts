/** Loading a model from its address, going on with what an earlier visit kept of it. */

import type { Keeper } from '../kept/keeper';
import { DigestCheck, digestInConfig, digestInPointer, pointerAddress } from '../weights/digest';
import { fetchText } from '../weights/download';
import { requireFits } from '../weights/dtype';
import { type ReadState, RemoteFile } from '../weights/remote-file';
import { FILES } from '../weights/files';
import { type ModelSource } from '../weights/sources';
import { isCoreError } from './errors';
import { type Feeder, readTexts, type Texts } from './feeder';
import type { LoadReport } from './report';

async function digestOf(source: ModelSource, config: string): Promise<DigestCheck | undefined> {
  const pointer = pointerAddress(source.folder);
  const expected = pointer ? digestInPointer(await fetchText(pointer)) : digestInConfig(config);
  return expected && DigestCheck.create(expected);
}

export class AddressLoad {
  private remote: RemoteFile | undefined;
  /** Of the next byte of the file. */
  private position = 0;

  constructor(
    private readonly feeder: Feeder,
    private readonly source: ModelSource,
    private readonly keeper: Keeper,
    private readonly report: LoadReport,
  ) {}

  /** Ends a pause between two attempts. */
  retryNow(): void {
    this.remote?.retryNow();
  }

  async run(): Promise<void> {
    try {
      await this.load();
    } catch (error) {
      // What the engine refused is of no use later; what merely stopped is.
      const wrong = isCoreError(error) && !isCoreError(error, 'memory');
      await (wrong ? this.keeper.discard() : this.keeper.save());
      throw error;
    }
    await this.keeper.commit();
  }

  private async load(): Promise<void> {
    const texts = await readTexts((name) => fetchText(this.source.folder + name));
    const digest = await digestOf(this.source, texts.config);
    this.feeder.begin(texts);
    await this.keeper.addTexts(texts);
    await this.continueKept(texts, digest);
    await this.fetchRest(texts, digest);
    this.feeder.session.finish();
    await this.check(digest);
  }

  /** Feeds what is kept, and finds where the file goes on. */
  private async continueKept(texts: Texts, digest: DigestCheck | undefined): Promise<void> {
    const { session } = this.feeder;
    const manifest = this.keeper.manifest;
    this.report.begin({ kind: 'disk' }, manifest?.bytes);
    for await (const chunk of this.keeper.existing()) {
      this.feeder.feed(chunk);
      this.report.add(chunk.byteLength);
    }
    if (manifest && manifest.bytes > 0 && session.weightsHeader() !== '') {
      this.position = session.continueFrom(manifest.header);
      if (manifest.digest) digest?.load(manifest.digest);
    } else {
      this.startOver(texts, digest);
    }
  }

  private startOver(texts: Texts, digest: DigestCheck | undefined): void {
    this.position = 0;
    this.feeder.begin(texts);
    this.keeper.restart();
    digest?.restart();
    if (this.keeper.isKeeping) this.feeder.session.keep();
  }

  private async fetchRest(texts: Texts, digest: DigestCheck | undefined): Promise<void> {
    const url = this.source.folder + FILES.weights;
    const version = this.position > 0 ? this.keeper.manifest?.version : undefined;
    if (version?.total === this.position) return;
    const remote = new RemoteFile(url, {
      from: this.position,
      ...(version && { version }),
      onState: (state) => {
        this.show(state);
      },
    });
    this.remote = remote;
    await remote.open();
    if (remote.total !== undefined) requireFits(remote.total, this.feeder.dtype, url);
    this.report.begin({ kind: 'reading' }, remote.total, this.position);
    for await (const piece of remote.pieces()) {
      if (piece.kind === 'restart') {
        this.report.note(piece.reason);
        this.startOver(texts, digest);
        this.report.begin({ kind: 'reading' }, remote.total);
      } else {
        await this.take(piece.bytes, remote, digest);
      }
    }
  }

  private async take(
    bytes: Uint8Array,
    remote: RemoteFile,
    digest: DigestCheck | undefined,
  ): Promise<void> {
    const { session } = this.feeder;
    digest?.update(this.position, bytes);
    this.feeder.feed(bytes);
    this.position += bytes.byteLength;
    this.report.add(bytes.byteLength);
    if (!this.keeper.isKeeping) return;
    if (this.keeper.manifest?.header === '') {
      this.keeper.describe(remote.version, session.weightsHeader());
    }
    await this.keeper.append(session.kept(), () => digest?.save());
  }

  private async check(digest: DigestCheck | undefined): Promise<void> {
    try {
      digest?.check(this.source.folder + FILES.weights);
    } catch (error) {
      await this.keeper.discard();
      throw error;
    }
  }

  private show(state: ReadState): void {
    this.report.enter(state);
  }
}
