/** Models for the tests: the embedded one, and a larger one of random weights whose sweep takes time. */

import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';

import { COMMAND } from './command';

export const EMBEDDED = new URL('../../tools/embedded-model/model', import.meta.url).pathname;
/** Of a practice model that never changes any more. */
const TOKENIZER = new URL('../old/2026-11/model', import.meta.url).pathname;
const FIXTURES = new URL('../../build/fixtures', import.meta.url).pathname;
/** The embedded model's own. */
export const { n_layer: LAYERS, vocab_size: VOCABULARY } = JSON.parse(
  readFileSync(join(EMBEDDED, 'config.json'), 'utf8'),
) as { n_layer: number; vocab_size: number };
const SHAPE = { n_layer: 12, n_head: 4, n_embd: 256, n_positions: 64, vocab_size: 2048 };

type Shape = typeof SHAPE;

/** A folder of the fixtures, filled once and seen only whole: several workers may ask for it at once. */
function filledOnce(name: string, fill: (folder: string) => void): string {
  const folder = join(FIXTURES, name);
  if (existsSync(folder)) return folder;
  mkdirSync(FIXTURES, { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  try {
    fill(draft);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** mulberry32, spread over [-scale, scale). */
function* noise(seed: number, scale: number): Generator<number> {
  for (let state = seed; ;) {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    yield (((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1) * scale;
  }
}

function shapes({ n_layer, n_embd: D, n_positions, vocab_size }: Shape): [string, number[]][] {
  const block: [string, number[]][] = [
    ['ln_1.weight', [D]],
    ['ln_1.bias', [D]],
    ['attn.c_attn.weight', [D, 3 * D]],
    ['attn.c_attn.bias', [3 * D]],
    ['attn.c_proj.weight', [D, D]],
    ['attn.c_proj.bias', [D]],
    ['ln_2.weight', [D]],
    ['ln_2.bias', [D]],
    ['mlp.c_fc.weight', [D, 4 * D]],
    ['mlp.c_fc.bias', [4 * D]],
    ['mlp.c_proj.weight', [4 * D, D]],
    ['mlp.c_proj.bias', [D]],
  ];
  return [
    ['wte.weight', [vocab_size, D]],
    ['wpe.weight', [n_positions, D]],
    ...Array.from({ length: n_layer }, (_, layer) =>
      block.map(([name, shape]): [string, number[]] => [`h.${layer}.${name}`, shape]),
    ).flat(),
    ['ln_f.weight', [D]],
    ['ln_f.bias', [D]],
  ];
}

function writeWeights(file: string, whole: Shape) {
  const random = noise(7, 0.1);
  const header: Record<string, object> = {};
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, shape] of shapes(whole)) {
    const count = shape.reduce((product, size) => product * size, 1);
    const gain = /ln_\w\.weight$/.test(name) ? 1 : 0;
    const values = Float32Array.from({ length: count }, () => random.next().value + gain);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + 4 * count] };
    parts.push(Buffer.from(values.buffer));
    offset += 4 * count;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(file, Buffer.concat([length, json, ...parts]));
}

/** A folder with 12 layers of width 256, or another shape, and an earlier practice model's tokenizer. */
export function randomModel(other: Partial<Shape> = {}): string {
  const whole = { ...SHAPE, ...other };
  return filledOnce(`random-${Object.values(whole).join('-')}`, (folder) => {
    const config = { model_type: 'gpt2', layer_norm_epsilon: 1e-5, ...whole };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    for (const name of ['vocab.json', 'merges.txt']) {
      copyFileSync(join(TOKENIZER, name), join(folder, name));
    }
    writeWeights(join(folder, 'model.safetensors'), whole);
  });
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Some tensors of a whole file, as a file of their own. */
function writePart(file: string, whole: Buffer, tensors: readonly [string, Entry][]) {
  const data = 8 + Number(whole.readBigUInt64LE());
  const header: Record<string, Entry> = {};
  let offset = 0;
  const parts = tensors.map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]) => {
      header[name] = { dtype, shape, data_offsets: [offset, offset + end - begin] };
      offset += end - begin;
      return whole.subarray(data + begin, data + end);
    },
  );
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(file, Buffer.concat([length, json, ...parts]));
}

export const SHARDS = ['1', '2', '3'].map((at) => `model-0000${at}-of-00003.safetensors`);

/** `randomModel` in three files with an index, as transformers saves it. */
export function shardedModel(): string {
  return filledOnce('sharded', (folder) => {
    const source = randomModel();
    for (const name of ['config.json', 'vocab.json', 'merges.txt']) {
      copyFileSync(join(source, name), join(folder, name));
    }
    const whole = readFileSync(join(source, 'model.safetensors'));
    const text = whole.subarray(8, 8 + Number(whole.readBigUInt64LE())).toString();
    const tensors = Object.entries(JSON.parse(text) as Record<string, Entry>);
    const map: Record<string, string> = {};
    for (const [index, name] of SHARDS.entries()) {
      const share = (at: number) => Math.round((at * tensors.length) / SHARDS.length);
      const part = tensors.slice(share(index), share(index + 1));
      writePart(join(folder, name), whole, part);
      for (const [tensor] of part) map[tensor] = name;
    }
    const index = { metadata: { total_size: whole.length - 8 - text.length }, weight_map: map };
    writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
  });
}

function writeGguf(model: string, dtype: string, out: string) {
  const how = ['--to', 'gguf', '--dtype', dtype, '--out', out];
  execFileSync(COMMAND, ['convert', '--model', model, ...how]);
}

/** A folder with the embedded model as `model.f32.gguf` and `model.q8_0.gguf`, and the larger one as `large.gguf`. */
export function ggufModel(): string {
  return filledOnce('gguf', (folder) => {
    for (const dtype of ['f32', 'q8_0']) {
      writeGguf(EMBEDDED, dtype, join(folder, `model.${dtype}.gguf`));
    }
    writeGguf(randomModel(), 'f32', join(folder, 'large.gguf'));
  });
}

/** A folder with `model.gguf`: that model in f32, as the command writes it. */
export function ggufOf(model: string): string {
  return filledOnce(`gguf-of-${basename(model)}`, (folder) => {
    writeGguf(model, 'f32', join(folder, 'model.gguf'));
  });
}

/** A folder of random weights, with no tokenizer beside them. */
export function bareModel(vocabulary: number): string {
  const shape = { ...SHAPE, n_layer: 2, n_embd: 16, vocab_size: vocabulary };
  return filledOnce(`bare-${vocabulary}`, (folder) => {
    const config = { model_type: 'gpt2', layer_norm_epsilon: 1e-5, ...shape };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    writeWeights(join(folder, 'model.safetensors'), shape);
  });
}

/** What the two files of a folder say, as the tokenizers library writes it. */
export function tokenizerJson(folder: string): string {
  const text = (name: string) => readFileSync(join(folder, name), 'utf8');
  const merges = text('merges.txt')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#version'));
  const vocab = JSON.parse(text('vocab.json')) as Record<string, number>;
  return JSON.stringify({
    version: '1.0',
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    model: { type: 'BPE', vocab, merges: merges.map((line) => line.split(' ')) },
  });
}

/** A folder with random weights of a published size, by the native command. */
export function synthesizedModel(config: string): string {
  return filledOnce(config, (folder) => {
    execFileSync(COMMAND, ['synth', '--config', config, '--out', folder]);
  });
}
