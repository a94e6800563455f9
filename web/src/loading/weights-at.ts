/** What is found out of the weights at an address beside reading them: which files, their sizes, headers and checksums. */

import type { TorchHeader } from '../engine/module';
import { messageOf } from '../errors/errors';
import { DigestCheck, digestInConfig, digestInPointer, pointerAddress } from '../weights/digest';
import { readText } from '../weights/download';
import { requireFits } from '../weights/dtype';
import type { FileVersion } from '../weights/file-version';
import { FILES, isTorch, saysItsModel } from '../weights/files';
import { findWeights } from '../weights/find-weights';
import { isMissing } from '../weights/missing';
import { fileAddress } from '../weights/model-address';
import { type Outline, outlineOf } from '../weights/outline';
import type { ReadState } from '../weights/remote-file';
import { RemoteParts } from '../weights/remote-parts';
import type { ModelSource } from '../weights/sources';
import { readTexts, type Texts } from '../weights/texts';
import type { Feeder } from './feeder';
import type { LoadReport } from './report';
import { SmallFiles } from './small-files';
import { readTorchHeader } from './torch-header';

interface Header extends TorchHeader {
  /** Of its file. */
  name: string;
  version: FileVersion;
}

export class WeightsAt {
  readonly small: SmallFiles;
  /** Of all files; undefined as long as nobody knows. */
  outline: Outline | undefined;
  private names: string[] | undefined;
  /** The last that was read of those that are not at the beginning of their file. */
  private header: Header | undefined;

  constructor(
    private readonly feeder: Feeder,
    private readonly source: ModelSource,
    private readonly report: LoadReport,
    private readonly onState: (state: ReadState) => void,
  ) {
    this.small = new SmallFiles(source.folder, onState);
  }

  addressOf(name: string): string {
    return fileAddress(this.source.folder, name);
  }

  /** Which there are, unless somebody has looked before; and whether they fit. */
  async files(): Promise<string[]> {
    if (this.names) return this.names;
    const { source } = this;
    const known = source.files ?? (saysItsModel(source.file) ? [source.file ?? ''] : undefined);
    const { files, outline } = known
      ? { files: known, outline: source.outline }
      : await findWeights(source, { onState: this.onState });
    this.names = files;
    this.outline = outline;
    if (outline) this.requireRoom(outline);
    return files;
  }

  /** header: gives that of the one file. Tells whether it fits, where nobody could before. */
  requireFits(header: () => string): void {
    if (this.outline || this.names?.length !== 1) return;
    this.outline = outlineOf(header());
    if (this.outline) this.requireRoom(this.outline);
  }

  private requireRoom(outline: Outline): void {
    requireFits(outline, this.feeder.dtype, this.addressOf(this.names?.[0] ?? ''));
  }

  /** The small files beside the weights; what their file itself says of its model goes before its config.json. */
  async texts(): Promise<Texts> {
    const texts = await readTexts({
      need: (name) => this.configText(name),
      find: (name) => this.small.find(name),
    });
    const config = await this.ownConfig();
    return config === '' ? texts : { ...texts, config };
  }

  private async configText(name: string): Promise<string> {
    try {
      return await this.small.need(name);
    } catch (error) {
      if (!(await isMissing(error, this.source.folder))) throw error;
      const config = await this.ownConfig();
      if (config === '') throw error;
      return config;
    }
  }

  /** Empty where the weights' file does not say it, or only as it is read. */
  private async ownConfig(): Promise<string> {
    const [file = FILES.weights] = await this.files();
    return isTorch(file) ? (await this.headerOf(file)).config : '';
  }

  /** Of a file that has it elsewhere than at its beginning. */
  async headerOf(name: string): Promise<Header> {
    if (this.header?.name === name) return this.header;
    const file = await RemoteParts.at(this.addressOf(name), (url, how) =>
      this.small.open(url, how),
    );
    const header = await readTorchHeader(this.feeder.module, name, file);
    this.header = { ...header, name, version: file.version };
    return this.header;
  }

  /** The files are others by now. */
  forgetHeader(): void {
    this.header = undefined;
  }

  /** config: of the model, which may say it. Undefined where nobody says it, or not all of the file is read. */
  async digestOf(name: string, config: string): Promise<DigestCheck | undefined> {
    if (isTorch(name)) return undefined;
    const pointer = pointerAddress(this.source.folder, name);
    let expected = digestInConfig(config, name);
    try {
      if (pointer) expected = digestInPointer(await readText(this.small.open(pointer), pointer));
    } catch (error) {
      this.report.note(`The weights are loaded without their checksum: ${messageOf(error)}.`);
    }
    return expected && DigestCheck.create(expected);
  }
}
