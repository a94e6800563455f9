/** Puts a model's bytes into the engine's memory. */

import type { PatchboardModule, Session } from '../engine/module';
import type { Dtype } from '../weights/dtype';
import { FILES } from '../weights/files';
import type { Texts } from '../weights/texts';

export class Feeder {
  constructor(
    private readonly module: PatchboardModule,
    readonly session: Session,
    readonly dtype: Dtype,
  ) {}

  /** Forgets what was fed before. files: the names of the weights' files. */
  begin({ config, tokenizer }: Texts, files: string[] = [FILES.weights]): void {
    this.session.begin(config, this.dtype, files);
    if (Object.keys(tokenizer).length > 0) this.session.setTokenizer(tokenizer);
  }

  /** The same of a file that says all of its model; `session.modelTexts` has it once its header was fed. */
  beginFile(name: string): void {
    this.session.beginFile(this.dtype, name);
  }

  feed(bytes: Uint8Array): void {
    const address = this.session.reserve(bytes.byteLength);
    this.module.HEAPU8.set(bytes, address);
    this.session.commit(bytes.byteLength);
  }
}
