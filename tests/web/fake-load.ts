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
    this.last = this.memory.HEAPU8.slice(0, bytes);
    this.collected = Buffer.concat([this.collected, this.last]);
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
    return this.collected.length > this.fileStart + 8 ? HEADER : '';
  }

  continueFrom() {
    this.requireBegun();
    return this.collected.length - this.fileStart;
  }

  endFile() {
    this.requireBegun();
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
  const memory = { HEAPU8: new Uint8Array() };
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
