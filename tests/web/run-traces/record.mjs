/**
 * Writes what the rows of some runs took: node tests/web/run-traces/record.mjs MODEL > gpt2-shaped.json, where MODEL is
 * what `patchboard synth --config gpt2 --out MODEL` wrote. The build for SIMD has to be there (build/wasm-simd).
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import createPatchboard from '../../../build/wasm-simd/bin/patchboard.mjs';

const PAGE = 65_536;
const CHUNK = 2 ** 20;
const POSITION_SITES = ['resid_pre', 'resid_mid', 'resid_post', 'attn_out', 'mlp_out', 'mlp_post'];
const HEAD_SITES = ['z', 'q', 'k', 'v', 'pattern', 'attn_scores'];

async function sessionOf(folder) {
  const wasmMemory = new WebAssembly.Memory({ initial: 256, maximum: PAGE, shared: true });
  const module = await createPatchboard({ wasmMemory, threads: 1 });
  const session = new module.Session(1, 2 ** 32);
  const text = (name) => readFileSync(join(folder, name), 'utf8');
  session.begin(text('config.json'), 'f32', ['model.safetensors']);
  session.setTokenizer({ 'vocab.json': text('vocab.json'), 'merges.txt': text('merges.txt') });
  const weights = readFileSync(join(folder, 'model.safetensors'));
  for (let at = 0; at < weights.length; at += CHUNK) {
    const part = weights.subarray(at, at + CHUNK);
    module.HEAPU8.set(part, session.reserve(part.length));
    session.commit(part.length);
  }
  session.endFile();
  session.finish();
  return session;
}

/** Two prompts of token ids that differ at position 1. */
function pair(length) {
  const clean = Array.from({ length }, (_, at) => (at * 7919 + 13) % 50_257);
  return { clean, corrupted: clean.with(1, 77), targets: [3, 4] };
}

function noisy({ clean, targets }) {
  return { clean, targets, corruption: { kind: 'noise', positions: [1], samples: 3 } };
}

const RUNS = {
  'resid_post-10': pair(10),
  'resid_post-39': pair(39),
  'both-20': {
    ...pair(20),
    directions: ['denoising', 'noising'],
    sites: ['resid_pre', 'resid_post'],
  },
  'all-sites-10': { ...pair(10), sites: [...POSITION_SITES, ...HEAD_SITES] },
  'z-by-position-10': { ...pair(10), sites: ['z'], by_position: true },
  'noise-12': noisy(pair(12)),
  'region-20': { ...pair(20), region: { layers: [2, 7], positions: [3, 12] } },
  'continuation-12': { ...pair(12), targets: [3, { continuation: [4, 5, 6] }] },
  'window-12': { ...pair(12), sites: ['mlp_out'], window: 3 },
  'heads-10': { ...pair(10), sites: ['z', 'pattern'] },
};

function seconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function trace(session, name, document) {
  const start = session.start(JSON.stringify(document));
  const rows = [];
  for (let before = seconds(); ; before = seconds()) {
    const row = session.step();
    if (!row) break;
    const cells = row.computed.reduce((sum, mark) => sum + mark, 0);
    rows.push([
      cells,
      Number(row.blockRowsDone.toFixed(2)),
      Number((seconds() - before).toFixed(4)),
    ]);
  }
  const sweeps = start.sweeps.map(
    ({ site, direction, axes, rows, columns, firstLayer, endLayer }) => ({
      ...{ site, direction, axes, rows, columns, firstLayer, endLayer },
    }),
  );
  const targets = start.targets.map(({ tokens }) => tokens.map(({ id }) => id));
  return { name, document, blockRows: start.blockRows, sweeps, targets, rows };
}

const session = await sessionOf(process.argv[2]);
const { nLayer, nHead, dModel, vocabSize } = session.info();
const runs = Object.entries(RUNS).map(([name, document]) => trace(session, name, document));
const about =
  'Runs of a model of GPT-2 small’s sizes with random weights: record.mjs, in Node 20 with the build for SIMD, in one ' +
  'thread, in seconds of that thread’s processor time, which another load of the machine hardly changes. rows: cells, ' +
  'block-rows done so far, seconds.';
const head = JSON.stringify({ about, model: { nLayer, nHead, dModel, vocabSize } }).slice(0, -1);
process.stdout.write(
  `${head},\n"runs":[\n${runs.map((run) => JSON.stringify(run)).join(',\n')}]}\n`,
);
process.exit(0);
