/** Loading the model that comes with the page: small, never kept, and asked for before there is an engine. */

import { readText } from '../weights/download';
import { FILES } from '../weights/files';
import { fileAddress } from '../weights/model-address';
import { RemoteFile } from '../weights/remote-file';
import type { ModelSource } from '../weights/sources';
import type { Texts } from '../weights/texts';
import type { Feeder } from './feeder';
import type { LoadReport } from './report';

export class PageModel {
  private readonly files: RemoteFile[] = [];
  private readonly texts: Promise<Texts>;
  /** In pieces, as they came. */
  private readonly weights: Promise<Uint8Array[]>;

  /** Asks for all of it at once. */
  constructor(
    private readonly source: ModelSource,
    private readonly report: LoadReport,
  ) {
    this.texts = this.readTexts();
    this.weights = this.readWeights();
    this.texts.catch(() => undefined); // told to whoever feeds it, as is the next
    this.weights.catch(() => undefined);
  }

  /** Ends the pauses between two attempts. */
  retryNow(): void {
    for (const file of this.files) file.retryNow();
  }

  async feed(feeder: Feeder): Promise<void> {
    feeder.begin(await this.texts);
    for (const piece of await this.weights) feeder.feed(piece);
    feeder.session.finish();
  }

  private async readTexts(): Promise<Texts> {
    const read = (name: string) => readText(this.open(name), this.addressOf(name));
    const [config, vocab, merges] = await Promise.all([
      read(FILES.config),
      read(FILES.vocab),
      read(FILES.merges),
    ]);
    return { config, tokenizer: { [FILES.vocab]: vocab, [FILES.merges]: merges } };
  }

  private async readWeights(): Promise<Uint8Array[]> {
    const file = this.open(FILES.weights);
    await file.open();
    this.report.begin({ kind: 'reading' }, file.total);
    let pieces: Uint8Array[] = [];
    for await (const piece of file.pieces()) {
      if (piece.kind === 'restart') {
        pieces = [];
        this.report.begin({ kind: 'reading' }, file.total);
      } else {
        pieces.push(piece.bytes.slice());
        this.report.add(piece.bytes.byteLength);
      }
    }
    return pieces;
  }

  private addressOf(name: string): string {
    return fileAddress(this.source.folder, name);
  }

  private open(name: string): RemoteFile {
    const file = new RemoteFile(this.addressOf(name), {
      // The service worker takes what comes with the page from the browser's own cache.
      cache: 'default',
      onState: (state) => {
        this.report.enter(state);
      },
    });
    this.files.push(file);
    return file;
  }
}
