/** Loading published sizes through the page itself: see README.md. Needs web/dist/ and the command. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { synthesize, synthesizeGguf } from './native.mjs';
import { PageVisit } from './page-visit.mjs';
import { serveModels } from './serve-models.mjs';
import { ratio } from './statistics.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dtype: { type: 'string', default: 'f32' },
    gguf: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    switches: { type: 'string', default: '0' },
    limit: { type: 'string' },
  },
});
const config = positionals[0] ?? 'gpt2';
const { dtype } = values;
const ROUNDS = Number(values.rounds);
const SWITCHES = Number(values.switches);

/** Reading and loading in turn; a ratio is the median of the rounds' ratios. */
async function measureLoads(visit, address, weights) {
  const read = [];
  const loads = [];
  for (let round = 0; round < ROUNDS; round++) {
    read.push(await visit.readAndDiscard(weights));
    await visit.open();
    await visit.removeKept();
    loads.push(await visit.load(address, dtype));
  }
  const each = (name) => loads.map((load) => load[name]);
  const peak = (name) => Math.max(...each(name));
  return {
    readSeconds: read,
    answersSeconds: each('answers'),
    keptSeconds: each('kept'),
    answersToRead: ratio(each('answers'), read),
    keptToRead: ratio(each('kept'), read),
    peakScriptMB: peak('peakScriptMB'),
    peakBrowserMB: peak('peakBrowserMB'),
    peakResidentMB: peak('peakResidentMB'),
    keptMB: await visit.keptMB(),
  };
}

/** A visit whose model is kept: seconds to the first row of its map. */
async function measureRows(visit, address) {
  const seconds = [];
  for (let round = 0; round < ROUNDS; round++) seconds.push(await visit.firstRow(address, dtype));
  return seconds;
}

/** Resident memory each time the model is loaded again. */
async function measureSwitches(visit, address) {
  const resident = [];
  for (let count = 0; count < SWITCHES; count++) {
    await visit.useEmbedded();
    await visit.load(address, dtype);
    resident.push(await visit.restingMB());
  }
  return resident;
}

await synthesize(config);
const models = await serveModels('build/bench', values.limit && Number(values.limit) * 1e6);
const profile = mkdtempSync(join(tmpdir(), 'patchboard-'));
const visit = await PageVisit.start(profile);
try {
  const name = values.gguf ? await synthesizeGguf(config, values.gguf) : `${config}/`;
  const address = models.address + name;
  const weights = values.gguf ? address : `${address}model.safetensors`;
  const load = loadavg();
  const results = {
    config,
    gguf: values.gguf,
    dtype,
    ...(await measureLoads(visit, address, weights)),
  };
  // A random model's GGUF has a vocabulary without merges, which no prompt can be read with.
  if (!values.gguf) results.firstRowSeconds = await measureRows(visit, address);
  await visit.open();
  results.fromDisk = await visit.load(address, dtype);
  results.residentAfterSwitchesMB = await measureSwitches(visit, address);
  results.machineLoad = [load[0], loadavg()[0]];
  const text = JSON.stringify(results, null, 2);
  const file = values.gguf ? name : `${config}-${dtype}`;
  writeFileSync(`build/bench/loading-${file}.json`, text);
  console.log(text);
} finally {
  await visit.close();
  models.close();
  rmSync(profile, { recursive: true });
}
