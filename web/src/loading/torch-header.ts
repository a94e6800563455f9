/** What a file of PyTorch's says that it holds: the engine reads that from the few parts of it that it asks for. */

import type { PatchboardModule, Range, TorchHeader } from '../engine/module';

/** A file of which any part can be had. */
export interface PartsOf {
  /** Of the file. */
  size: number;
  /** Its bytes [begin, end). */
  read: (range: Range) => Promise<Uint8Array>;
}

/** Parts with no more than so much between them are read as one: each may be a journey to a server. */
const NEAR_BYTES = 2 ** 18;

const AT_ONCE = 6;

/** Those that are near to each other as one, in the order of the file. */
function together(ranges: readonly Range[]): Range[] {
  const parts: Range[] = [];
  for (const { begin, end } of [...ranges].sort((a, b) => a.begin - b.begin)) {
    const last = parts.at(-1);
    if (last && begin - last.end <= NEAR_BYTES) last.end = Math.max(last.end, end);
    else parts.push({ begin, end });
  }
  return parts;
}

/** Reads a few parts at once; all of them in the end, in their order. */
async function readParts(file: PartsOf, parts: readonly Range[]): Promise<Uint8Array[]> {
  const read: Uint8Array[] = [];
  const waiting = [...parts.entries()];
  const next = async () => {
    for (let turn = waiting.shift(); turn; turn = waiting.shift()) {
      const [index, range] = turn;
      read[index] = await file.read(range);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return read;
}

/** The bytes of all ranges, one after the other. */
async function readRanges(file: PartsOf, ranges: readonly Range[]) {
  const parts = together(ranges);
  const read = await readParts(file, parts);
  const all = new Uint8Array(ranges.reduce((sum, { begin, end }) => sum + end - begin, 0));
  let at = 0;
  for (const { begin, end } of ranges) {
    const index = parts.findIndex((part) => begin >= part.begin && end <= part.end);
    const from = begin - (parts[index]?.begin ?? 0);
    all.set(read[index]?.subarray(from, from + end - begin) ?? [], at);
    at += end - begin;
  }
  return all;
}

/** name: of the file, for errors. Rejects with what is wrong with it, and as `read` does. */
export async function readTorchHeader(
  module: PatchboardModule,
  name: string,
  file: PartsOf,
): Promise<TorchHeader> {
  const torch = new module.TorchFile(name, file.size);
  try {
    for (let wanted = torch.wanted(); wanted.length > 0; wanted = torch.wanted()) {
      torch.take(await readRanges(file, wanted));
    }
    return torch.header();
  } finally {
    torch.delete();
  }
}

/** Of a file on this machine. */
export function partsOf(file: Blob): PartsOf {
  const read = async ({ begin, end }: Range) =>
    new Uint8Array(await file.slice(begin, end).arrayBuffer());
  return { size: file.size, read };
}
