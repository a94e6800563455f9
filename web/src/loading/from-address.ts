/** Loading a model from its address, going on with what an earlier visit kept of it. */

import type { Keeper } from '../kept/keeper';
import type { Origin } from '../kept/manifest';
import { DigestCheck, digestInConfig, digestInPointer, pointerAddress } from '../weights/digest';
import { readText } from '../weights/download';
import { requireFits } from '../weights/dtype';
import { outlineOf } from '../weights/outline';
import { fileAddress } from '../weights/model-address';
import { type ReadOptions, RemoteFile } from '../weights/remote-file';
import { FILES } from '../weights/files';
import { type ModelSource } from '../weights/sources';
import { isCoreError, messageOf } from './errors';
import { type Feeder, readTexts, type Texts } from './feeder';
import type { LoadReport } from './report';

export class AddressLoad {
  private remote: RemoteFile | undefined;
  /** Where somebody gives the file's checksum. */
  private digest: DigestCheck | undefined;
  /** Of the next byte of the file. */
  private position = 0;
  /** Of what was read, for a later visit; undefined until something is. */
  private origin: Origin | undefined;
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
    try {
      await this.load();
    } catch (error) {
      // What the engine refused is of no use later; what merely stopped is.
      const wrong = isCoreError(error) && !isCoreError(error, 'memory');
      await (wrong ? this.keeper.discard() : this.keeper.save(this.origin));
      throw error;
    }
    await this.keeper.commit(this.origin ?? this.keeper.manifest);
  }

  private async load(): Promise<void> {
    const texts = await readTexts((name) => {
      const url = fileAddress(this.source.folder, name);
      return readText(this.open(url), url);
    });
    this.digest = await this.expectedDigest(texts.config);
    this.feeder.begin(texts);
    await this.keeper.addTexts(texts);
    await this.continueKept(texts);
    await this.fetchRest(texts);
    this.feeder.session.finish();
    await this.check();
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

  /** Feeds what is kept, and finds where the file goes on. */
  private async continueKept(texts: Texts): Promise<void> {
    const { session } = this.feeder;
    const manifest = this.keeper.manifest;
    this.report.begin({ kind: 'disk' }, manifest.bytes);
    for await (const chunk of this.keeper.existing()) {
      this.feeder.feed(chunk);
      this.report.add(chunk.byteLength);
    }
    if (manifest.bytes === 0 || session.weightsHeader() === '') {
      await this.startOver(texts);
      return;
    }
    this.position = session.continueFrom(manifest.header);
    if (!this.digest) return;
    if (manifest.digest && manifest.digest.at >= this.position) {
      this.digest.load(manifest.digest);
    } else {
      await this.startOver(texts); // its checksum was not known then
    }
  }

  private async startOver(texts: Texts): Promise<void> {
    this.position = 0;
    this.feeder.begin(texts);
    this.origin = undefined;
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
    this.report.add(bytes.byteLength);
    if (!this.keeper.isKeeping) return;
    await this.keeper.append(session.kept(), () => {
      const header = session.weightsHeader();
      this.origin = { version: remote.version, header, digest: this.digest?.save() };
      return this.origin;
    });
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
