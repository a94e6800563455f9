/** Models for the tests: the embedded one, and a larger one of random weights whose sweep takes time. */

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { COMMAND } from './command';

export const EMBEDDED = new URL('../../tools/embedded-model/model', import.meta.url).pathname;
const RANDOM = new URL('../../build/fixtures/random-model', import.meta.url).pathname;
const SHAPE = { n_layer: 12, n_head: 4, n_embd: 256, n_positions: 64, vocab_size: 2048 };

/** mulberry32, spread over [-scale, scale). */
function* noise(seed: number, scale: number): Generator<number> {
  for (let state = seed; ;) {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    yield (((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1) * scale;
  }
}

function shapes(): [string, number[]][] {
  const D = SHAPE.n_embd;
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
    ['wte.weight', [SHAPE.vocab_size, D]],
    ['wpe.weight', [SHAPE.n_positions, D]],
    ...Array.from({ length: SHAPE.n_layer }, (_, layer) =>
      block.map(([name, shape]): [string, number[]] => [`h.${layer}.${name}`, shape]),
    ).flat(),
    ['ln_f.weight', [D]],
    ['ln_f.bias', [D]],
  ];
}

function writeWeights(file: string) {
  const random = noise(7, 0.1);
  const header: Record<string, object> = {};
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, shape] of shapes()) {
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

/** A folder with 12 layers of width 256 and the embedded model's tokenizer; written once. */
export function randomModel(): string {
  const weights = join(RANDOM, 'model.safetensors');
  mkdirSync(RANDOM, { recursive: true });
  const config = { model_type: 'gpt2', layer_norm_epsilon: 1e-5, ...SHAPE };
  writeFileSync(join(RANDOM, 'config.json'), JSON.stringify(config));
  for (const name of ['vocab.json', 'merges.txt']) {
    copyFileSync(join(EMBEDDED, name), join(RANDOM, name));
  }
  if (!existsSync(weights)) writeWeights(weights);
  return RANDOM;
}

/** A folder with random weights of a published size, by the native command; written once. */
export function synthesizedModel(config: string): string {
  const folder = new URL(`../../build/fixtures/${config}`, import.meta.url).pathname;
  if (!existsSync(join(folder, 'model.safetensors'))) {
    execFileSync(COMMAND, ['synth', '--config', config, '--out', folder]);
  }
  return folder;
}
