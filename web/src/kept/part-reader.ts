/** Reading a file of the private folder part by part, into one buffer. For workers. */

/** Of workers alone, so that TypeScript's types of the page do not have it. */
interface ReadHandle {
  read(buffer: Uint8Array, options: { at: number }): number;
  close(): void;
}

/** With a mode beside which others may read. */
interface WithModes {
  createSyncAccessHandle(options: { mode: 'read-only' }): Promise<ReadHandle>;
}

// A blob's stream for each part stalls in Chromium after some hundred of them.
async function lockedFor(file: FileSystemFileHandle): Promise<ReadHandle | undefined> {
  try {
    return await (file as unknown as WithModes).createSyncAccessHandle({ mode: 'read-only' });
  } catch {
    return undefined; // another tab has it, where a file has one reader at a time
  }
}

export class PartReader {
  private constructor(
    private readonly file: FileSystemFileHandle,
    private readonly handle: ReadHandle | undefined,
    private readonly buffer: Uint8Array<ArrayBuffer>,
  ) {}

  static async open(file: FileSystemFileHandle, mostBytes: number): Promise<PartReader> {
    return new PartReader(file, await lockedFor(file), new Uint8Array(mostBytes));
  }

  /** What there is from there on, at most `mostBytes`; the next call may overwrite it. */
  async read(from: number): Promise<Uint8Array> {
    const { handle, buffer } = this;
    if (handle) return buffer.subarray(0, handle.read(buffer, { at: from }));
    const part = (await this.file.getFile()).slice(from, from + buffer.byteLength);
    return new Uint8Array(await part.arrayBuffer());
  }

  close(): void {
    this.handle?.close();
  }
}
