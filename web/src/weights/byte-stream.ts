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
    return undefined; // read piece by piece
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
