/** The files that a model's weights are in, one after the other, and how far a load is in them. */

import type { KeptPart, Origin } from '../kept/manifest';
import type { DigestCheck } from '../weights/digest';
import type { FileVersion } from '../weights/file-version';

export class WeightFiles {
  /** Those that are whole. */
  parts: KeptPart[] = [];
  /** Of the next byte of the file after them. */
  position = 0;
  /** Of that file; undefined until some of its bytes are had. */
  version: FileVersion | undefined;
  /** Where somebody gives its checksum. */
  digest: DigestCheck | undefined;
  /** That it takes in the copy so far. */
  kept = 0;

  constructor(readonly names: readonly string[]) {}

  get areSeveral(): boolean {
    return this.names.length > 1;
  }

  get areWhole(): boolean {
    return this.parts.length === this.names.length;
  }

  /** The name of the file under way. */
  get current(): string {
    return this.names[this.parts.length] ?? '';
  }

  /** Bytes of all of them before the next one. */
  get received(): number {
    return this.parts.reduce((sum, part) => sum + (part.version.total ?? 0), this.position);
  }

  /** header: of the file under way. */
  endPart(header: string): void {
    const total = this.version?.total ?? this.position;
    this.parts.push({
      name: this.current,
      version: { ...this.version, total },
      header,
      bytes: this.kept,
    });
    this.begin();
  }

  /** With the file after those that are whole. */
  begin(): void {
    this.position = 0;
    this.version = undefined;
    this.digest = undefined;
    this.kept = 0;
  }

  restart(): void {
    this.parts = [];
    this.begin();
  }

  /** What going on at a later visit needs; header: of the file under way. */
  origin(version: FileVersion, header: string): Origin {
    const digest = this.digest?.save();
    return { version, header, digest, ...(this.areSeveral && { parts: this.parts }) };
  }
}
