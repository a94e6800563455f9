/** Large files over several connections: with a clock that says how long the bytes take, so that no machine's speed counts. */

import { afterEach, expect, test, vi } from 'vitest';

import { LargeFile, type Sharing } from '../../web/src/weights/large-file';
import type { ReadOptions } from '../../web/src/weights/remote-file';
import { answerTo, store } from '../e2e/file-answers';

const URL = 'https://models.example/gpt2/model.safetensors';
const CHUNK = 8192;
/** Bytes a millisecond of one connection, or of the line. */
const RATE = 1000;
const SHARING: Sharing = {
  measureMs: 100,
  leastBytes: 2 ** 14,
  mostBytes: 2 ** 15,
  leastLeft: 2 ** 20,
};

function content(bytes: number, seed = 1): Buffer {
  const made = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at++) made[at] = (at * 31 + seed + (at >> 8) * 7) % 251;
  return made;
}

const WHOLE = content(3_000_001);

interface Line {
  /** What is given to each connection, or to all of them. */
  limits: 'connection' | 'line';
  hasRanges?: boolean;
  /** From this request on, the file is another one. */
  changesAt?: number;
  /** Ends the bodies of these requests halfway. */
  breaks?: readonly number[];
}

class Network {
  ms = 0;
  requests: (string | null)[] = [];
  most = 0;
  private open = 0;

  constructor(private readonly line: Line) {
    vi.stubGlobal('fetch', (_: string, init: RequestInit) => Promise.resolve(this.answer(init)));
    vi.stubGlobal('location', { origin: 'https://page.example' });
    vi.spyOn(performance, 'now').mockImplementation(() => this.ms);
  }

  private answer(init: RequestInit): Response {
    const range = new Headers(init.headers).get('Range');
    const { hasRanges = true, changesAt = Infinity, breaks = [] } = this.line;
    const at = this.requests.push(range) - 1;
    const file = at >= changesAt ? store(content(WHOLE.length, 2), 1) : store(WHOLE);
    const asked = range !== null && hasRanges ? { range } : {};
    const { status, headers, body } = answerTo(asked, file);
    const end = breaks.includes(at) ? body.length / 2 : body.length;
    return new Response(this.stream(body.subarray(0, end), init), { status, headers });
  }

  private stream(body: Buffer, { signal }: RequestInit): ReadableStream<Uint8Array> {
    let at = 0;
    let isOpen = true;
    this.most = Math.max(this.most, ++this.open);
    const close = () => {
      if (isOpen) this.open--;
      isOpen = false;
    };
    signal?.addEventListener('abort', close);
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      if (at >= body.length || !isOpen) {
        close();
        controller.close();
        return;
      }
      const piece = body.subarray(at, at + CHUNK);
      at += piece.length;
      const shared = this.line.limits === 'line' ? 1 : this.open;
      this.ms += piece.length / (RATE * shared);
      controller.enqueue(new Uint8Array(piece));
    };
    return new ReadableStream({ pull }, { highWaterMark: 0 });
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function read(file: LargeFile): Promise<{ bytes: Buffer; restarts: string[] }> {
  const restarts: string[] = [];
  let pieces: Uint8Array[] = [];
  await file.open();
  for await (const piece of file.pieces()) {
    if (piece.kind === 'bytes') {
      pieces.push(piece.bytes.slice()); // overwritten by the next
    } else {
      restarts.push(piece.reason);
      pieces = [];
    }
  }
  return { bytes: Buffer.concat(pieces), restarts };
}

const fileOf = (options: ReadOptions = {}) => new LargeFile(URL, { sharing: SHARING, ...options });

test('where a connection is given less than the line has, four give the file three times as fast', async () => {
  const network = new Network({ limits: 'connection' });
  const { bytes } = await read(fileOf());
  expect(bytes.equals(WHOLE)).toBe(true);
  expect(network.most).toBe(4);
  expect(network.ms).toBeLessThan(WHOLE.length / RATE / 3);
});

test('where one connection has all of the line, one goes on', async () => {
  const network = new Network({ limits: 'line' });
  const { bytes } = await read(fileOf());
  expect(bytes.equals(WHOLE)).toBe(true);
  // One, whether there are ranges, four of them and what is on its way until it is known, and one for the rest.
  expect(network.requests).toHaveLength(1 + 1 + (4 + 3) + 1);
  expect(network.ms).toBeLessThan((1.1 * WHOLE.length) / RATE);
});

test('a server without ranges is asked for one, and its connection goes on', async () => {
  const network = new Network({ limits: 'connection', hasRanges: false });
  const { bytes } = await read(fileOf());
  expect(bytes.equals(WHOLE)).toBe(true);
  expect(network.requests).toHaveLength(2);
  expect(network.ms).toBeLessThan((1.1 * WHOLE.length) / RATE);
});

test('what is left of a file that is begun is shared too, and a short rest is not', async () => {
  const version = { etag: store(WHOLE).etag, total: WHOLE.length };
  for (const [from, most] of [
    [1_000_000, 4],
    [WHOLE.length - 1_000_000, 1],
  ] as const) {
    const network = new Network({ limits: 'connection' });
    const { bytes } = await read(fileOf({ from, version }));
    expect(bytes.equals(WHOLE.subarray(from))).toBe(true);
    expect(network.most).toBe(most);
  }
});

test('a file that changes meanwhile is read from the start again, and it is said', async () => {
  for (const changesAt of [1, 2, 4, 9]) {
    new Network({ limits: 'connection', changesAt });
    const { bytes, restarts } = await read(fileOf());
    const isNew = bytes.equals(content(WHOLE.length, 2));
    // Whoever reads on over the one connection still has the old one whole.
    expect(isNew || (changesAt === 1 && bytes.equals(WHOLE))).toBe(true);
    expect(restarts.length).toBe(isNew ? 1 : 0);
  }
});

test('a range that breaks is gone on with', async () => {
  const network = new Network({ limits: 'connection', breaks: [3, 6, 10, 11] });
  const { bytes, restarts } = await read(
    fileOf({ timing: { firstMs: 1, longestMs: 2, attempts: 8, stallMs: 20_000 } }),
  );
  expect(bytes.equals(WHOLE)).toBe(true);
  expect(restarts).toEqual([]);
  expect(network.most).toBe(4);
});

test('who aborts gets the own reason while four are read, too', async () => {
  const network = new Network({ limits: 'connection' });
  const abort = new AbortController();
  const file = fileOf({ signal: abort.signal });
  const reading = (async () => {
    for await (const piece of file.pieces()) {
      void piece;
      if (network.most === 4) abort.abort(new Error('the person left'));
    }
  })();
  await expect(reading).rejects.toThrow('the person left');
});
