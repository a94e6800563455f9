/** Checksums of a model's weights, where somebody gives them. */

import { createSha256, createXxh64, type IHasher } from './hash';
import { fileAddress } from './model-address';

export interface Digest {
  algorithm: 'sha256' | 'xxh64';
  hex: string;
}

/** What `patchboard convert` writes into config.json. */
export function digestInConfig(config: string, file: string): Digest | undefined {
  try {
    const parsed = JSON.parse(config) as { patchboard?: { xxh64?: Record<string, unknown> } };
    const hex = parsed.patchboard?.xxh64?.[file];
    return typeof hex === 'string' ? { algorithm: 'xxh64', hex } : undefined;
  } catch {
    return undefined; // the core says what is wrong with it
  }
}

/**
 * Hugging Face gives, in place of a large file, its pointer: a line with its SHA-256.
 * Source: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
 */
export function pointerAddress(folder: string, file: string): string | undefined {
  const url = new URL(folder);
  if (url.host !== 'huggingface.co' || !url.pathname.includes('/resolve/')) return undefined;
  url.pathname = url.pathname.replace('/resolve/', '/raw/');
  return fileAddress(url.href, file);
}

export function digestInPointer(pointer: string): Digest | undefined {
  const hex = /^oid sha256:([0-9a-f]{64})$/m.exec(pointer)?.[1];
  return hex === undefined ? undefined : { algorithm: 'sha256', hex };
}

/** A checksum under way, to go on with at a later visit. */
export interface DigestState {
  /** Bytes of the file that are in it. */
  at: number;
  /** The hasher's own state. */
  state: number[];
}

/** Computes a file's checksum while it arrives. */
export class DigestCheck {
  private at = 0;

  private constructor(
    private readonly expected: Digest,
    private readonly hasher: IHasher,
  ) {}

  static async create(expected: Digest): Promise<DigestCheck> {
    const isSha256 = expected.algorithm === 'sha256';
    return new DigestCheck(expected, await (isSha256 ? createSha256() : createXxh64()));
  }

  /** The bytes of the file from `position`; those that are in it already are left out. */
  update(position: number, bytes: Uint8Array): void {
    const fresh = bytes.subarray(Math.max(0, this.at - position));
    if (fresh.byteLength === 0) return;
    this.hasher.update(fresh);
    this.at = position + bytes.byteLength;
  }

  save(): DigestState {
    return { at: this.at, state: [...this.hasher.save()] };
  }

  load({ at, state }: DigestState): void {
    this.hasher.load(Uint8Array.from(state));
    this.at = at;
  }

  restart(): void {
    this.hasher.init();
    this.at = 0;
  }

  /** Throws where the file is not the one that was published. */
  check(label: string): void {
    const found = this.hasher.digest();
    if (found === this.expected.hex) return;
    const { algorithm, hex } = this.expected;
    throw new Error(
      `${label}: the ${algorithm} checksum is ${found}, expected ${hex}; the file was damaged on its ` +
        'way or on the server. Nothing of it is kept; try again',
    );
  }
}
