/** Loading a model from its address, going on with what an earlier visit kept of it. */

import { isCoreError } from '../engine/core-error';
import type { Keeper } from '../kept/keeper';
import type { KeptPart, Origin } from '../kept/manifest';
import type { DigestCheck } from '../weights/digest';
import { compareVersions, type FileVersion } from '../weights/file-version';
import { FILES, isTorch, saysItsModel } from '../weights/files';
import { LargeFile } from '../weights/large-file';
import { wantedBefore } from '../weights/outline';
import type { ReadState } from '../weights/remote-file';
import type { ModelSource } from '../weights/sources';
import { namedTexts, type Texts } from '../weights/texts';
import { CopyFeeder } from './copy-feeder';
import type { Feeder } from './feeder';
import type { LoadReport } from './report';
import { textsOfFile } from './texts-of-file';
import { WeightFiles } from './weight-files';
import { WeightsAt } from './weights-at';

export class AddressLoad {
  private remote: LargeFile | undefined;
  private readonly at: WeightsAt;
  private files = new WeightFiles([FILES.weights]);
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
    this.at = new WeightsAt(feeder, source, report, this.onState);
  }

  /** Ends a pause between two attempts. */
  retryNow(): void {
    this.at.small.retryNow();
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
    this.texts = await (areBeside ? this.at.texts() : this.keeper.texts());
    this.files = new WeightFiles(await this.at.files());
    this.begin();
    if (areBeside) await this.keepTexts();
    await this.continueKept();
    let origin = this.origin;
    while (!this.files.areWhole) {
      if (!(await this.fetchRest())) continue;
      origin = this.origin;
      await this.endFile();
      await this.beginFile();
    }
    this.isOver = true;
    this.feeder.session.finish();
    return origin && { ...origin, ...(this.files.areSeveral && { parts: this.files.parts }) };
  }

  /** The next file, where there is one, of which nothing is read: its header, where that is read before the rest. */
  private async beginFile(): Promise<void> {
    const { feeder, files } = this;
    if (!isTorch(files.current)) return;
    const { text, version } = await this.at.headerOf(files.current);
    this.at.requireFits(() => text);
    feeder.takeHeader(text, files.current);
    files.position = feeder.wanted(0) ?? 0;
    files.version = version;
    await this.keepNew(version);
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

  private expectedDigest(): Promise<DigestCheck | undefined> {
    return this.at.digestOf(this.files.current, this.texts?.config ?? '');
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
    else if (position === 0) await this.beginFile();
    else if (isOfThis) digest?.load(saved);
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
    const { files, feeder } = this;
    const { session } = feeder;
    const { manifest } = this.keeper;
    files.parts = manifest.parts?.slice(0, copy.whole) ?? [];
    if (copy.bytes === 0) {
      if (copy.whole > 0) session.keep();
      return copy.whole > 0;
    }
    if (session.weightsHeader() === '') return false;
    const { header, version } = manifest.parts?.[copy.whole] ?? manifest;
    files.position = feeder.continueFrom(header, files.current);
    files.version = version;
    files.kept = copy.bytes;
    return files.position > 0;
  }

  /** Whether the files that are whole in the copy are still those of the server; the next one tells as it is read. */
  private async isUnchanged(): Promise<boolean> {
    for (const { name, version } of this.files.parts) {
      const remote = this.at.small.open(this.at.addressOf(name), { until: 1 });
      await remote.open();
      remote.close();
      if (compareVersions(remote.version, version) !== 'same') {
        this.report.note(`${this.at.addressOf(name)} is another one than was kept, starting again`);
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
    await this.beginFile();
  }

  /**
   * Returns whether all that is wanted of the file is there; where it had changed, the load begins again with the first
   * of them, and where the rest is far from what is there, it is asked for anew.
   */
  private async fetchRest(): Promise<boolean> {
    const { files, feeder } = this;
    const { version } = files;
    const position = feeder.wanted(files.position);
    if (position === undefined || (version && version.total === position)) return true;
    files.position = position;
    const url = this.at.addressOf(files.current);
    const { onState } = this;
    const remote = new LargeFile(url, { from: position, ...(version && { version }), onState });
    this.remote = remote;
    await remote.open();
    this.tellReading(remote);
    for await (const piece of remote.pieces()) {
      if (piece.kind === 'restart') {
        this.report.note(piece.reason);
        const goesOn = files.parts.length === 0 && !isTorch(files.current);
        this.at.forgetHeader();
        await this.startOver();
        if (!goesOn) return false;
        this.tellReading(remote);
      } else {
        await this.take(piece.bytes, remote);
        if (feeder.isFar(files.position)) return feeder.wanted(files.position) === undefined;
      }
    }
    return true;
  }

  private tellReading({ total }: LargeFile): void {
    const { areSeveral, received, current, position } = this.files;
    const { fileBytes } = this.at.outline ?? {};
    if (!isTorch(current)) {
      this.report.begin({ kind: 'reading' }, areSeveral ? fileBytes : total, received);
    } else {
      const here = wantedBefore(this.feeder.session.weightsHeader(), position);
      this.report.begin({ kind: 'reading' }, fileBytes, received - position + here);
    }
  }

  private async take(bytes: Uint8Array, remote: LargeFile): Promise<void> {
    const { files } = this;
    files.digest?.update(files.position, bytes);
    const isFed = this.feeder.feedAt(files.position, bytes);
    if (!this.texts) await this.takeTexts();
    this.at.requireFits(() => this.feeder.session.weightsHeader());
    files.position += bytes.byteLength;
    files.version = remote.version;
    this.report.add(bytes.byteLength);
    if (isFed) await this.keepNew(remote.version);
  }

  /** Keeps what the engine has added to the copy. */
  private async keepNew(version: FileVersion): Promise<void> {
    if (!this.keeper.isKeeping) return;
    const kept = this.feeder.session.kept();
    this.files.kept += kept.byteLength;
    await this.keeper.append(kept, () => this.originOf(version));
  }

  /** As soon as the header is there. */
  private async takeTexts(): Promise<void> {
    this.texts = textsOfFile(this.feeder.session, this.report);
    await this.keepTexts();
  }

  private async endFile(): Promise<void> {
    const { files } = this;
    const header = this.feeder.session.weightsHeader();
    this.feeder.endFile();
    try {
      files.digest?.check(this.at.addressOf(files.current));
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
