/**
 * What the header of a GGUF tells of the model before the rest is read: its sizes alone, as the engine says what is
 * wrong with it.
 * Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */

import { type Entry, LOOK_BYTES, NUMBERS, type Outline, outlineOfTensors } from './outline';
import { type ReadOptions, RemoteFile } from './remote-file';

const MAGIC = 0x46554747;

/** No header that is longer is looked at. GPT-2's is 2 MB, for its tokenizer. */
const MOST_BYTES = 32 * 2 ** 20;

/** By the number of its type, bytes of a value: u8, i8, u16, i16, u32, i32, f32, bool; u64, i64, f64. */
const VALUE_BYTES: Record<number, number> = {
  ...{ 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1 },
  ...{ 10: 8, 11: 8, 12: 8 },
};
const TEXT = 8;
const ARRAY = 9;

/** By ggml's number of a type: its name. */
const TYPES: Record<number, string> = {
  ...{ 0: 'F32', 1: 'F16', 2: 'Q4_0', 3: 'Q4_1', 6: 'Q5_0', 7: 'Q5_1', 8: 'Q8_0' },
  ...{ 12: 'Q4_K', 13: 'Q5_K', 14: 'Q6_K', 30: 'BF16' },
};

/** A read past the end throws a RangeError, as DataView does. */
class Cursor {
  at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u32(): number {
    const value = this.view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  u64(): number {
    const value = Number(this.view.getBigUint64(this.at, true));
    this.at += 8;
    return value;
  }

  skip(bytes: number): void {
    this.at += bytes;
    if (this.at > this.bytes.byteLength) throw new RangeError('past the end');
  }

  text(): string {
    const begin = this.at + 8;
    this.skip(this.u64());
    return new TextDecoder().decode(this.bytes.subarray(begin, this.at));
  }
}

function skipValues(cursor: Cursor, type: number, count: number): void {
  const size = VALUE_BYTES[type];
  if (size !== undefined) {
    cursor.skip(count * size);
  } else if (type === TEXT) {
    for (let index = 0; index < count; index++) cursor.skip(cursor.u64());
  } else {
    throw new TypeError(`a value of type ${type}`);
  }
}

/** What tensors begin at multiples of. */
function readKeys(cursor: Cursor, count: number): number {
  let alignment = 32;
  for (let index = 0; index < count; index++) {
    const key = cursor.text();
    const type = cursor.u32();
    if (type === ARRAY) {
      const element = cursor.u32();
      skipValues(cursor, element, cursor.u64());
    } else if (key === 'general.alignment') {
      alignment = cursor.u32();
    } else {
      skipValues(cursor, type, 1);
    }
  }
  return alignment;
}

function readTensor(cursor: Cursor): [name: string, entry: Entry] {
  const name = cursor.text();
  let elements = 1;
  for (let left = cursor.u32(); left > 0; left--) elements *= cursor.u64();
  const type = cursor.u32();
  const dtype = TYPES[type] ?? `type ${type}`;
  const numbers = NUMBERS[dtype] ?? { elements: 1, bytes: 1 };
  const begin = cursor.u64();
  const bytes = (elements / numbers.elements) * numbers.bytes;
  return [name, { dtype, data_offsets: [begin, begin + bytes] }];
}

function readHeader(bytes: Uint8Array): Outline | undefined {
  const cursor = new Cursor(bytes);
  if (cursor.u32() !== MAGIC) return undefined;
  cursor.skip(4); // the version
  const [tensors, keys] = [cursor.u64(), cursor.u64()];
  const alignment = readKeys(cursor, keys);
  const entries: [string, Entry][] = [];
  for (let index = 0; index < tensors; index++) entries.push(readTensor(cursor));
  return outlineOfTensors(entries, Math.ceil(cursor.at / alignment) * alignment);
}

/** read: gives the file's bytes [0, end), fewer where there are no more. Undefined where they are no header. */
async function outlineIn(read: (end: number) => Promise<Uint8Array>): Promise<Outline | undefined> {
  for (let end = LOOK_BYTES; end <= MOST_BYTES; end = Math.max(4 * end, 2 ** 21)) {
    const bytes = await read(end);
    try {
      return readHeader(bytes);
    } catch (error) {
      const isCut = error instanceof RangeError && bytes.byteLength === end;
      if (!isCut) return undefined; // the engine says what is wrong
    }
  }
  return undefined;
}

/** Of a file on this machine. */
export function ggufOutlineOf(file: Blob): Promise<Outline | undefined> {
  return outlineIn(async (end) => new Uint8Array(await file.slice(0, end).arrayBuffer()));
}

/** Of a file on a server. Rejects as RemoteFile does. */
export function ggufOutlineAt(url: string, options: ReadOptions): Promise<Outline | undefined> {
  let had = new Uint8Array();
  let version = {};
  return outlineIn(async (end) => {
    const parts: Uint8Array<ArrayBuffer>[] = [had];
    const file = new RemoteFile(url, { ...options, from: had.byteLength, until: end, version });
    for await (const piece of file.pieces()) {
      if (piece.kind === 'restart') parts.length = 0;
      else parts.push(new Uint8Array(piece.bytes));
    }
    version = file.version;
    had = new Uint8Array(await new Blob(parts).arrayBuffer());
    return had;
  });
}
