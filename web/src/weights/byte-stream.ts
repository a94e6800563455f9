/**
 * Reading streams of bytes into buffers of our own, again and again: where each piece has its own,
 * over a hundred megabytes of them gather before the garbage is collected.
 */

type Stream = ReadableStream<Uint8Array<ArrayBuffer>>;

/** Gives the next bytes, or undefined at the end. They are overwritten by the next call. */
export type Read = () => Promise<Uint8Array<ArrayBuffer> | undefined>;

const BUFFER_BYTES = 2 ** 20;

/** Undefined where the browser's streams give only their own pieces. */
function byobReader(stream: Stream): ReadableStreamBYOBReader | undefined {
  try {
    return stream.getReader({ mode: 'byob' });
  } catch {
    return undefined;
  }
}

function readingPieces(stream: Stream): Read {
  const reader = stream.getReader();
  return async () => (await reader.read()).value;
}

export function reading(stream: Stream): Read {
  const reader = byobReader(stream);
  if (!reader) return readingPieces(stream);
  let buffer = new ArrayBuffer(BUFFER_BYTES);
  return async () => {
    const { value, done } = await reader.read(new Uint8Array(buffer));
    if (value) buffer = value.buffer;
    return done ? undefined : value;
  };
}

/** Reads a stream, which is no longer than that, to its end. */
export class WholeReader {
  private buffer: ArrayBuffer;

  constructor(private readonly mostBytes: number) {
    this.buffer = new ArrayBuffer(mostBytes);
  }

  /** The bytes are overwritten by the next call. */
  async read(stream: Stream): Promise<Uint8Array> {
    const reader = byobReader(stream);
    const length = reader ? await this.fill(reader) : await this.copy(readingPieces(stream));
    return new Uint8Array(this.buffer, 0, length);
  }

  private async fill(reader: ReadableStreamBYOBReader): Promise<number> {
    let length = 0;
    while (length < this.mostBytes) {
      const { value, done } = await reader.read(new Uint8Array(this.buffer, length));
      if (value) this.buffer = value.buffer;
      if (done) break;
      length += value.byteLength;
    }
    return length;
  }

  private async copy(read: Read): Promise<number> {
    let length = 0;
    for (let piece = await read(); piece; piece = await read()) {
      new Uint8Array(this.buffer).set(piece, length);
      length += piece.byteLength;
    }
    return length;
  }
}
