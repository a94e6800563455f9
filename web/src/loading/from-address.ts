/** Loading a model from its address, going on with what an earlier visit kept of it. */

import { isCoreError } from '../engine/core-error';
import { messageOf } from '../errors/errors';
import type { Keeper } from '../kept/keeper';
import type { Origin } from '../kept/manifest';
import { DigestCheck, digestInConfig, digestInPointer, pointerAddress } from '../weights/digest';
import { readText } from '../weights/download';
import { requireFits } from '../weights/dtype';
import type { FileVersion } from '../weights/file-version';
import { FILES } from '../weights/files';
import { fileAddress } from '../weights/model-address';
import { outlineOf } from '../weights/outline';
import { type ReadOptions, RemoteFile } from '../weights/remote-file';
import type { ModelSource } from '../weights/sources';
import { readTexts, type Texts } from '../weights/texts';
import type { Feeder } from './feeder';
import type { LoadReport } from './report';

/** One of the small files. Rejects as RemoteFile does. */
export function fetchText(source: ModelSource, name: string, report: LoadReport): Promise<string> {
  const url = fileAddress(source.folder, name);
  const onState: ReadOptions['onState'] = (state) => {
    report.enter(state);
  };
  return readText(new RemoteFile(url, { onState }), url);
}

export class AddressLoad {
  private remote: RemoteFile | undefined;
  /** Where somebody gives the file's checksum. */
  private digest: DigestCheck | undefined;
  /** Of the next byte of the file. */
  private position = 0;
  /** Of the file whose bytes were read or kept; undefined until some are. */
  private version: FileVersion | undefined;
  /** Whether the weights are known to fit. */
  private isChecked = false;

  constructor(
    private readonly feeder: Feeder,
    private readonly source: ModelSource,
    private readonly keeper: Keeper,
    private readonly report: LoadReport,
  ) {}

  private get weightsAddress(): string {
    return fileAddress(this.source.folder, FILES.weights);
  }

  /** Ends a pause between two attempts. */
  retryNow(): void {
    this.remote?.retryNow();
  }

  async run(): Promise<void> {
    let origin: Origin | undefined;
    try {
      origin = await this.load();
    } catch (error) {
      // What the engine refused is of no use later; what merely stopped is.
      await (isRefusal(error) ? this.keeper.discard() : this.keeper.save(this.origin));
      throw error;
    }
    await (origin ? this.keeper.commit(origin) : this.keeper.discard());
  }

  /** Resolves to what a later visit needs. */
  private async load(): Promise<Origin | undefined> {
    const texts = await readTexts((name) => {
      const url = fileAddress(this.source.folder, name);
      return readText(this.open(url), url);
    });
    this.digest = await this.expectedDigest(texts.config);
    this.feeder.begin(texts);
    await this.keeper.addTexts(texts);
    await this.continueKept(texts);
    await this.fetchRest(texts);
    const { origin } = this;
    this.version = undefined; // there is nothing to go on with: it is right, or of no use
    this.feeder.session.finish();
    await this.check();
    return origin;
  }

  /** Of what is had so far. */
  private get origin(): Origin | undefined {
    return this.version && this.originOf(this.version);
  }

  private originOf(version: FileVersion): Origin {
    const header = this.feeder.session.weightsHeader();
    return { version, header, digest: this.digest?.save() };
  }

  /** Asks for nothing yet. */
  private open(url: string, options: ReadOptions = {}): RemoteFile {
    const onState: ReadOptions['onState'] = (state) => {
      this.report.enter(state);
    };
    this.remote = new RemoteFile(url, { ...options, onState });
    return this.remote;
  }

  private async expectedDigest(config: string): Promise<DigestCheck | undefined> {
    const pointer = pointerAddress(this.source.folder);
    let expected = digestInConfig(config);
    try {
      if (pointer) expected = digestInPointer(await readText(this.open(pointer), pointer));
    } catch (error) {
      this.report.note(`The weights are loaded without their checksum: ${messageOf(error)}.`);
    }
    return expected && DigestCheck.create(expected);
  }

  /** Goes on with what is kept, or from the start where that is of no use. */
  private async continueKept(texts: Texts): Promise<void> {
    const { digest, version } = this.keeper.manifest;
    this.position = await this.feedKept();
    // Its checksum may not have been known then.
    const isUsable = !this.digest || (digest && digest.at >= this.position);
    if (this.position === 0 || !isUsable) {
      await this.startOver(texts);
      return;
    }
    this.version = version;
    if (digest) this.digest?.load(digest);
  }

  /** Feeds what is kept. Returns where the file goes on; 0 where it does not fit. */
  private async feedKept(): Promise<number> {
    const { session } = this.feeder;
    const { manifest } = this.keeper;
    this.report.begin({ kind: 'disk' }, manifest.bytes);
    try {
      for await (const chunk of this.keeper.existing()) {
        this.feeder.feed(chunk);
        this.report.add(chunk.byteLength);
      }
      const isBegun = manifest.bytes > 0 && session.weightsHeader() !== '';
      return isBegun ? session.continueFrom(manifest.header) : 0;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return 0; // of another model: the config is another one by now, say
    }
  }

  private async startOver(texts: Texts): Promise<void> {
    this.position = 0;
    this.feeder.begin(texts);
    this.version = undefined;
    await this.keeper.restart();
    this.digest?.restart();
    if (this.keeper.isKeeping) this.feeder.session.keep();
  }

  private async fetchRest(texts: Texts): Promise<void> {
    const url = this.weightsAddress;
    const version = this.position > 0 ? this.keeper.manifest.version : undefined;
    if (version?.total === this.position) return;
    const remote = this.open(url, { from: this.position, ...(version && { version }) });
    await remote.open();
    this.report.begin({ kind: 'reading' }, remote.total, this.position);
    for await (const piece of remote.pieces()) {
      if (piece.kind === 'restart') {
        this.report.note(piece.reason);
        await this.startOver(texts);
        this.report.begin({ kind: 'reading' }, remote.total);
      } else {
        await this.take(piece.bytes, remote);
      }
    }
  }

  private async take(bytes: Uint8Array, remote: RemoteFile): Promise<void> {
    const { session } = this.feeder;
    this.digest?.update(this.position, bytes);
    this.feeder.feed(bytes);
    this.requireFits();
    this.position += bytes.byteLength;
    this.version = remote.version;
    this.report.add(bytes.byteLength);
    if (!this.keeper.isKeeping) return;
    await this.keeper.append(session.kept(), () => this.originOf(remote.version));
  }

  /** As soon as the header is there. */
  private requireFits(): void {
    if (this.isChecked) return;
    const outline = outlineOf(this.feeder.session.weightsHeader());
    if (!outline) return;
    requireFits(outline.f32Bytes, this.feeder.dtype, this.weightsAddress);
    this.isChecked = true;
  }

  private async check(): Promise<void> {
    try {
      this.digest?.check(this.weightsAddress);
    } catch (error) {
      this.digest = undefined;
      await this.keeper.discard();
      throw error;
    }
  }
}

/** Whether the engine says that the file is wrong. */
function isRefusal(error: unknown): boolean {
  return isCoreError(error) && !isCoreError(error, 'memory');
}
