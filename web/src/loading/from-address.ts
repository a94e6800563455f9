/** Loading a model from its address, going on with what an earlier visit kept of it. */

import { isCoreError } from '../engine/core-error';
import { messageOf } from '../errors/errors';
import type { Keeper } from '../kept/keeper';
import type { KeptPart, Origin } from '../kept/manifest';
import { DigestCheck, digestInConfig, digestInPointer, pointerAddress } from '../weights/digest';
import { readText } from '../weights/download';
import { requireFits } from '../weights/dtype';
import { compareVersions, type FileVersion } from '../weights/file-version';
import { FILES, saysItsModel } from '../weights/files';
import { findWeights } from '../weights/find-weights';
import { LargeFile } from '../weights/large-file';
import { fileAddress } from '../weights/model-address';
import { type Outline, outlineOf } from '../weights/outline';
import type { ReadState } from '../weights/remote-file';
import type { ModelSource } from '../weights/sources';
import { namedTexts, readTexts, type Texts } from '../weights/texts';
import { CopyFeeder } from './copy-feeder';
import type { Feeder } from './feeder';
import type { LoadReport } from './report';
import { SmallFiles } from './small-files';
import { textsOfFile } from './texts-of-file';
import { WeightFiles } from './weight-files';

export class AddressLoad {
  private remote: LargeFile | undefined;
  private readonly small: SmallFiles;
  private files = new WeightFiles([FILES.weights]);
  private outline: Outline | undefined;
  /** Undefined as long as only the weights' file says them. */
  private texts: Texts | undefined;
  /** Whether there is nothing left to go on with: what is loaded is right, or of no use. */
  private isOver = false;

  private readonly onState = (state: ReadState) => {
    this.report.enter(state);
  };

  constructor(
    private readonly feeder: Feeder,
    private readonly source: ModelSource,
    private readonly keeper: Keeper,
    private readonly report: LoadReport,
  ) {
    this.small = new SmallFiles(source.folder, this.onState);
  }

  /** Ends a pause between two attempts. */
  retryNow(): void {
    this.small.retryNow();
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
    const areBeside = !saysItsModel(this.source.file);
    this.texts = await (areBeside ? readTexts(this.small) : this.keeper.texts());
    await this.find();
    this.begin();
    if (areBeside) await this.keepTexts();
    await this.continueKept();
    let origin = this.origin;
    while (!this.files.areWhole) {
      if (!(await this.fetchRest())) continue;
      origin = this.origin;
      await this.endFile();
    }
    this.isOver = true;
    this.feeder.session.finish();
    return origin && { ...origin, ...(this.files.areSeveral && { parts: this.files.parts }) };
  }

  private begin(): void {
    const { names } = this.files;
    if (this.texts) this.feeder.begin(this.texts, [...names]);
    else this.feeder.beginFile(names[0] ?? '');
  }

  private async keepTexts(): Promise<void> {
    if (this.texts) await this.keeper.addTexts(namedTexts(this.texts));
  }

  /** Of what is had so far. */
  private get origin(): Origin | undefined {
    const version = this.files.version ?? this.files.parts.at(-1)?.version;
    return version && !this.isOver ? this.originOf(version) : undefined;
  }

  private originOf(version: FileVersion): Origin {
    return this.files.origin(version, this.feeder.session.weightsHeader());
  }

  private addressOf(name: string): string {
    return fileAddress(this.source.folder, name);
  }

  /** Which files there are, unless somebody has looked before; and whether they fit. */
  private async find(): Promise<void> {
    const { source, feeder } = this;
    const known = source.files ?? (saysItsModel(source.file) ? [source.file ?? ''] : undefined);
    const { files, outline } = known
      ? { files: known, outline: source.outline }
      : await findWeights(source, { onState: this.onState });
    this.files = new WeightFiles(files);
    this.outline = outline;
    if (outline) requireFits(outline, feeder.dtype, this.addressOf(files[0] ?? ''));
  }

  private async expectedDigest(): Promise<DigestCheck | undefined> {
    const file = this.files.current;
    const pointer = pointerAddress(this.source.folder, file);
    let expected = digestInConfig(this.texts?.config ?? '', file);
    try {
      if (pointer) expected = digestInPointer(await readText(this.small.open(pointer), pointer));
    } catch (error) {
      this.report.note(`The weights are loaded without their checksum: ${messageOf(error)}.`);
    }
    return expected && DigestCheck.create(expected);
  }

  /** Goes on with what is kept, or from the start where that is of no use. */
  private async continueKept(): Promise<void> {
    const isUsable = (await this.feedKept()) && (await this.isUnchanged());
    this.files.digest = isUsable ? await this.expectedDigest() : undefined;
    const { digest, position } = this.files;
    const { digest: saved, parts = [] } = this.keeper.manifest;
    // Its checksum may not have been known then, or be of the file after this one.
    const isOfThis = saved && saved.at >= position && parts.length === this.files.parts.length;
    if (!isUsable || (digest && position > 0 && !isOfThis)) await this.startOver();
    else if (position > 0 && isOfThis) digest?.load(saved);
  }

  /** Feeds what is kept. Returns whether the load can go on after it. */
  private async feedKept(): Promise<boolean> {
    const { manifest } = this.keeper;
    const { parts } = manifest;
    this.report.begin({ kind: 'disk' }, manifest.bytes);
    const copy = new CopyFeeder(this.feeder, parts ?? []);
    try {
      for await (const chunk of this.keeper.existing()) {
        copy.feed(chunk);
        this.report.add(chunk.byteLength);
      }
      const isOfThese = parts ? isBeginning(parts, this.files) : !this.files.areSeveral;
      return isOfThese && this.goOnAfter(copy);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return false; // of another model: the config is another one by now, say
    }
  }

  private goOnAfter(copy: CopyFeeder): boolean {
    const { session } = this.feeder;
    const { manifest } = this.keeper;
    const { files } = this;
    files.parts = manifest.parts?.slice(0, copy.whole) ?? [];
    if (copy.bytes === 0) {
      if (copy.whole > 0) session.keep();
      return copy.whole > 0;
    }
    if (session.weightsHeader() === '') return false;
    const { header, version } = manifest.parts?.[copy.whole] ?? manifest;
    files.position = session.continueFrom(header);
    files.version = version;
    files.kept = copy.bytes;
    return files.position > 0;
  }

  /** Whether the files that are whole in the copy are still those of the server; the next one tells as it is read. */
  private async isUnchanged(): Promise<boolean> {
    for (const { name, version } of this.files.parts) {
      const remote = this.small.open(this.addressOf(name), { until: 1 });
      await remote.open();
      remote.close();
      if (compareVersions(remote.version, version) !== 'same') {
        this.report.note(`${this.addressOf(name)} is another one than was kept, starting again`);
        return false;
      }
    }
    return true;
  }

  private async startOver(): Promise<void> {
    this.files.restart();
    if (saysItsModel(this.source.file)) this.texts = undefined; // of what was kept
    this.begin();
    await this.keeper.restart();
    this.files.digest = await this.expectedDigest();
    if (this.keeper.isKeeping) this.feeder.session.keep();
  }

  /** Returns whether the file is whole; where it had changed, the load begins again with the first of them. */
  private async fetchRest(): Promise<boolean> {
    const { files } = this;
    const { position, version } = files;
    if (version && version.total === position) return true;
    const url = this.addressOf(files.current);
    const { onState } = this;
    const remote = new LargeFile(url, { from: position, ...(version && { version }), onState });
    this.remote = remote;
    await remote.open();
    this.tellReading(remote);
    for await (const piece of remote.pieces()) {
      if (piece.kind === 'restart') {
        this.report.note(piece.reason);
        const isFirst = files.parts.length === 0;
        await this.startOver();
        this.tellReading(remote);
        if (!isFirst) return false;
      } else {
        await this.take(piece.bytes, remote);
      }
    }
    return true;
  }

  private tellReading({ total }: LargeFile): void {
    const { areSeveral, received } = this.files;
    this.report.begin({ kind: 'reading' }, areSeveral ? this.outline?.fileBytes : total, received);
  }

  private async take(bytes: Uint8Array, remote: LargeFile): Promise<void> {
    const { session } = this.feeder;
    const { files } = this;
    files.digest?.update(files.position, bytes);
    this.feeder.feed(bytes);
    if (!this.texts) await this.takeTexts();
    this.requireFits();
    files.position += bytes.byteLength;
    files.version = remote.version;
    this.report.add(bytes.byteLength);
    if (!this.keeper.isKeeping) return;
    const kept = session.kept();
    files.kept += kept.byteLength;
    await this.keeper.append(kept, () => this.originOf(remote.version));
  }

  /** As soon as the header is there. */
  private async takeTexts(): Promise<void> {
    this.texts = textsOfFile(this.feeder.session, this.report);
    await this.keepTexts();
  }

  /** As soon as the header is there, where nobody could tell before. */
  private requireFits(): void {
    if (this.outline || this.files.areSeveral) return;
    this.outline = outlineOf(this.feeder.session.weightsHeader());
    if (!this.outline) return;
    requireFits(this.outline, this.feeder.dtype, this.addressOf(this.files.current));
  }

  private async endFile(): Promise<void> {
    const { session } = this.feeder;
    const { files } = this;
    const header = session.weightsHeader();
    session.endFile();
    try {
      files.digest?.check(this.addressOf(files.current));
    } catch (error) {
      files.digest = undefined; // it has been asked, and goes on no more
      await this.keeper.discard();
      throw error;
    }
    files.endPart(header);
    if (!files.areWhole) files.digest = await this.expectedDigest();
  }
}

/** Whether these files are the first ones of a load's. */
function isBeginning(parts: readonly KeptPart[], { names, areSeveral }: WeightFiles): boolean {
  return areSeveral && parts.every(({ name }, index) => name === names[index]);
}

/** Whether the engine says that the file is wrong. */
function isRefusal(error: unknown): boolean {
  return isCoreError(error) && !isCoreError(error, 'memory');
}
