/** The whole benchmark; `tools/bench/run` builds what it needs and calls it. See README.md. */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { measureAccuracies } from './accuracy.mjs';
import { Browser } from './browser.mjs';
import { measureForwards } from './forwards.mjs';
import { machine } from './machine.mjs';
import { nativeBench, synthesize } from './native.mjs';
import { exportOnnx } from './pytorch.mjs';
import { measureSites } from './sites.mjs';
import { measureSweeps } from './sweeps.mjs';
import { table } from './table.mjs';
import { measureVariants } from './variants.mjs';
import { measureXl } from './xl.mjs';

const FOLDER = 'build/bench';
const RESULTS = `${FOLDER}/results.json`;
const MEDIUM_ROWS = 10; // heatmap rows for comparing settings in the tab

const { rounds, xl } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, xl: { type: 'boolean', default: false } },
}).values;
const ROUNDS = Number(rounds);

/** Written as it grows, so that what was measured is not lost. */
const results = { machine: machine() };
function store(name, value) {
  results[name] = value;
  writeFileSync(RESULTS, JSON.stringify(results, null, 2));
  console.error(`${name} done`);
}

async function kernelsInTab(browser, variant) {
  const tab = await browser.participant('kernels');
  const module = `${browser.origin}/build/${variant}/bin/kernel-bench.mjs`;
  const figures = await tab.call('measure', { module, rounds: 3 * ROUNDS });
  await tab.close();
  return figures;
}

async function onnxGraph(config, length) {
  const out = `${FOLDER}/${config}-${length}.onnx`;
  if (!existsSync(out)) await exportOnnx({ config, length, out });
  return out;
}

async function measureAll(browser) {
  for (const config of ['gpt2', 'gpt2-medium']) await synthesize(config);
  const medium = { config: 'gpt2-medium', length: 39, rounds: ROUNDS };
  const native = await nativeBench(medium);
  store('native', native.sweeps);
  store('kernels', {
    native: native.kernels,
    'tab, relaxed SIMD': await kernelsInTab(browser, 'wasm'),
    'tab, SIMD128': await kernelsInTab(browser, 'wasm-simd'),
  });
  const forwards = [];
  for (const [config, threads] of [
    ['gpt2', 2],
    ['gpt2', 1],
    ['gpt2-medium', 2],
  ]) {
    const graph = await onnxGraph(config, 39);
    const settings = { config, length: 39, threads, rounds: 5 * ROUNDS, graph };
    forwards.push(await measureForwards(browser, settings));
    store('forwards', forwards);
  }
  const sweeps = [];
  for (const [config, length] of [
    ['gpt2-medium', 39],
    ['gpt2', 39],
    ['gpt2-medium', 13],
    ['gpt2', 13],
  ]) {
    sweeps.push(await measureSweeps(browser, { config, length, rounds: ROUNDS }));
    results.machine.pytorch = sweeps[0].version;
    store('sweeps', sweeps);
  }
  store(
    'variants',
    await measureVariants(browser, { ...medium, rows: MEDIUM_ROWS, rounds: ROUNDS + 2 }),
  );
  store('sites', await measureSites(browser, { config: 'gpt2', length: 15, rounds: 5 * ROUNDS }));
  store('accuracy', await measureAccuracies(medium));
  if (xl) store('xl', await measureXl(browser, { dtype: 'f16', rows: 2 }));
}

mkdirSync(FOLDER, { recursive: true });
const browser = await Browser.open(process.cwd());
results.machine.chromium = browser.version;
try {
  await measureAll(browser);
} finally {
  await browser.close();
}
const text = table(results);
writeFileSync(`${FOLDER}/results.md`, `${text}\n`);
console.log(text);
