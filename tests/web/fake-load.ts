/** Loads of a small model through everything that keeps it, with an engine that only collects bytes. */

import { vi } from 'vitest';

import type { PatchboardModule, Session, TokenizerTexts } from '../../web/src/engine/module';
import { KeptWriter } from '../../web/src/kept/kept-writer';
import { Feeder } from '../../web/src/loading/feeder';
import { loadModel } from '../../web/src/loading/load-model';
import { LoadReport } from '../../web/src/loading/report';
import type { Dtype } from '../../web/src/weights/dtype';
import type { LocalModel } from '../../web/src/weights/local-files';
import { answerTo, store } from '../e2e/file-answers';

const FOLDER = 'https://models.example/gpt2/';
const DTYPE: Dtype = 'f32';

/** A file of weights whose header is its first bytes. */
const HEADER = '{"__metadata__":{}}';

function weights(bytes: number, seed = 1): Buffer {
  const content = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at++) content[at] = (at * 31 + seed * 17 + (at >> 8)) % 251;
  return content;
}

/** What a copy of a file begins with whose header is read before the rest of it: in place of that header. */
export const HEAD = 'a head';
export const TORCH = 'pytorch_model.bin';

/** The header of such a file as the engine tells it. tensors: where they are in it. */
export const torchHeader = (tensors: readonly [begin: number, end: number][]) =>
  JSON.stringify({
    __metadata__: { format: 'torch', data_begin: '0', alignment: '1' },
    ...Object.fromEntries(
      tensors.map((data_offsets, index) => [`tensor.${index}`, { dtype: 'F32', data_offsets }]),
    ),
  });

/** A file of PyTorch's whose last bytes say where its tensors are: as many of them as the first 8 say. */
export function torchModel(bytes: number, tensors: [number, number][], config = '', seed = 1) {
  const file = weights(bytes, seed);
  const said = Buffer.from(JSON.stringify({ text: torchHeader(tensors), config }));
  file.writeBigUInt64LE(BigInt(said.length));
  return Buffer.concat([file, said]);
}

class FakeTorchFile {
  private said: string | undefined;
  private length = 0;

  constructor(
    private readonly name: string,
    private readonly size: number,
  ) {}

  wanted() {
    if (this.said !== undefined) return [];
    if (this.length === 0) return [{ begin: 0, end: 8 }];
    const begin = this.size - this.length;
    return [
      { begin: begin + 5, end: this.size }, // in no order
      { begin, end: begin + 5 },
    ];
  }

  take(bytes: Uint8Array) {
    const buffer = Buffer.from(bytes);
    if (this.length === 0) this.length = Number(buffer.readBigUInt64LE());
    else this.said = String(buffer.subarray(-5)) + String(buffer.subarray(0, -5));
    if (this.length > this.size) {
      throw Object.assign(new Error(`${this.name}: is none`), { code: 'weights' });
    }
  }

  header() {
    return JSON.parse(this.said ?? '') as { text: string; config: string };
  }

  delete() {
    this.said = undefined;
  }
}

/** A file that says all of its model, by which the engine gives its texts once the header is there. */
export const GGUF = 'small.gguf';
export const TEXTS_OF_FILE = {
  config: '{"of": "the file"}',
  tokenizer: { 'vocab.json': '{"b": 0}', 'merges.txt': '#version: 0.2\n' },
};

export const ggufModel = (bytes: number, seed = 1): Served => ({ [GGUF]: weights(bytes, seed) });

export type Served = Record<string, Buffer>;

export function model(bytes: number, seed = 1): Served {
  return {
    'config.json': Buffer.from(`{"seed": ${seed}}`),
    'vocab.json': Buffer.from('{"a": 0}'),
    'merges.txt': Buffer.from('#version: 0.2\n'),
    'model.safetensors': weights(bytes, seed),
  };
}

export interface Network {
  files: Served | undefined;
  /** What it answers for a file that is not there; undefined for no answer that another page may read. */
  missing: () => Response | undefined;
  /** Names of the files asked for. */
  asked: string[];
}

/** Answers `fetch`; without files, nothing can be reached. */
export function stubNetwork(files: Served | undefined): Network {
  const missing = () => new Response(null, { status: 404 });
  const network: Network = { files, missing, asked: [] };
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    const name = url.slice(url.lastIndexOf('/') + 1);
    const content = network.files?.[name];
    if (!network.files) return Promise.reject(new TypeError('Failed to fetch'));
    network.asked.push(name);
    if (!content) {
      const answer = network.missing();
      return answer ? Promise.resolve(answer) : Promise.reject(new TypeError('Failed to fetch'));
    }
    const range = new Headers(init.headers).get('Range') ?? undefined;
    const { status, headers, body } = answerTo({ range }, store(content));
    return Promise.resolve(new Response(new Uint8Array(body), { status, headers }));
  });
  vi.stubGlobal('location', { origin: 'https://page.example' });
  return network;
}

class CollectingSession {
  collected: Buffer = Buffer.alloc(0);
  texts: Record<string, string> = {};
  isWhole = false;
  private last = new Uint8Array();
  private isBegun = false;
  private isFile = false;
  /** Where the file under way begins. */
  private fileStart = 0;
  /** Of a file whose header was read before: that, its tensors, and where in it the next byte is. */
  private placed: { header: string; tensors: [number, number][]; position: number } | undefined;

  constructor(private readonly memory: { HEAPU8: Uint8Array }) {}

  /** As the engine, which knows of no file before and after a load. */
  private requireBegun() {
    if (!this.isBegun) throw Object.assign(new Error('too early'), { code: 'state' });
  }

  begin(config: string) {
    this.isBegun = true;
    this.isFile = false;
    this.collected = Buffer.alloc(0);
    this.fileStart = 0;
    this.placed = undefined;
    this.texts = { 'config.json': config };
  }

  beginFile() {
    this.begin('');
    this.texts = {};
    this.isFile = true;
  }

  modelTexts() {
    if (this.collected.length <= 8) return undefined;
    const { config, tokenizer } = TEXTS_OF_FILE;
    if (this.isFile) this.texts = { 'config.json': config, ...tokenizer };
    return { ...TEXTS_OF_FILE, problem: '' };
  }

  setTokenizer(texts: TokenizerTexts) {
    this.texts = { ...this.texts, ...texts };
  }

  reserve(bytes: number) {
    this.requireBegun();
    this.memory.HEAPU8 = new Uint8Array(bytes);
    return 0;
  }

  commit(bytes: number) {
    this.collect(this.wantedOf(this.memory.HEAPU8.slice(0, bytes)));
  }

  private collect(bytes: Uint8Array) {
    this.last = new Uint8Array(bytes);
    this.collected = Buffer.concat([this.collected, this.last]);
  }

  private wantedOf(bytes: Uint8Array): Uint8Array {
    const { placed } = this;
    if (!placed) return bytes;
    const begin = placed.position;
    placed.position += bytes.byteLength;
    return Buffer.concat(
      placed.tensors.map(([from, to]) =>
        bytes.subarray(Math.max(from - begin, 0), Math.max(to - begin, 0)),
      ),
    );
  }

  takeHeader(header: string) {
    this.requireBegun();
    this.place(header);
    this.collect(Buffer.from(HEAD));
  }

  private place(header: string) {
    const { __metadata__: _, ...entries } = JSON.parse(header) as Record<
      string,
      { data_offsets: [number, number] }
    >;
    const tensors = Object.values(entries).map((entry) => entry.data_offsets);
    this.placed = { header, tensors, position: 0 };
    return this.placed;
  }

  nextWanted() {
    const { placed } = this;
    if (!placed) throw new Error('this file has its header at its beginning');
    const next = placed.tensors.find(([, to]) => to > placed.position);
    if (next) placed.position = Math.max(placed.position, next[0]);
    return next && placed.position;
  }

  keep() {
    this.requireBegun(); // everything is kept as it comes
  }

  kept() {
    this.requireBegun();
    return this.last;
  }

  weightsHeader() {
    this.requireBegun();
    if (this.placed) return this.placed.header;
    return this.collected.length > this.fileStart + 8 ? HEADER : '';
  }

  continueFrom(header: string) {
    this.requireBegun();
    const had = this.collected.length - this.fileStart;
    if (!header.includes('torch')) return had;
    const placed = this.place(header);
    let left = had - HEAD.length;
    for (const [from, to] of placed.tensors) {
      placed.position = from + Math.min(left, to - from);
      left -= to - from;
      if (left < 0) break;
    }
    return placed.position;
  }

  endFile() {
    this.requireBegun();
    this.placed = undefined;
    this.fileStart = this.collected.length;
  }

  finish() {
    this.requireBegun();
    this.isBegun = false;
    this.isWhole = true;
  }
}

export interface Loaded {
  bytes: Buffer;
  /** Those that the engine was given, by their names. */
  texts: Record<string, string>;
  notes: string[];
}

/**
 * One tab's load, in its own worker. local: files of the disk, in place of those at the address; file: the one there
 * that says all of its model.
 */
export async function load(
  dtype = DTYPE,
  { local, file }: { local?: LocalModel; file?: string } = {},
): Promise<Loaded> {
  const memory = { HEAPU8: new Uint8Array(), TorchFile: FakeTorchFile };
  const session = new CollectingSession(memory);
  const feeder = new Feeder(
    memory as unknown as PatchboardModule,
    session as unknown as Session,
    dtype,
  );
  const notes: string[] = [];
  const report = new LoadReport(
    () => undefined,
    (note) => notes.push(note),
  );
  const source = {
    id: FOLDER,
    label: 'a model',
    folder: FOLDER,
    ...(local && { local }),
    ...(file && { file }),
  };
  try {
    await loadModel(Promise.resolve(feeder), source, report, () => undefined);
  } finally {
    report.end();
  }
  if (!session.isWhole) throw new Error('the engine was not told that all arrived');
  return { bytes: session.collected, texts: session.texts, notes };
}

/** What the worker that writes would answer, in this one. wrap: changes its methods. */
export function writerHere(wrap: (writer: KeptWriter) => KeptWriter = (writer) => writer) {
  return {
    api: {
      open: async (...what: Parameters<typeof KeptWriter.open>) =>
        wrap(await KeptWriter.open(...(structuredClone(what) as typeof what))),
    },
    broken: new Promise<never>(() => undefined),
    end: () => undefined,
  };
}
