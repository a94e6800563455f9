/** What the engine says of neurons, asked as the page asks it, is what the native command says. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { importEngine } from '../../web/src/engine/import-engine';
import { findMemory } from '../../web/src/engine/memory';
import type { NeuronChanges } from '../../web/src/engine/module';
import { DEFAULTS, documentOf } from '../../web/src/experiment/defaults';
import { EngineAccess } from '../../web/src/worker/engine-access';
import { SessionRunner } from '../../web/src/worker/session-runner';
import { COMMAND } from './command';
import { EMBEDDED } from './models';
import { expect, test } from './patchboard-page';

// The one that needs no workers, and so runs in Node.
const ENGINE = new URL('../../build/wasm-single/bin/patchboard.mjs', import.meta.url).href;

/** Where, and how many. */
const [LAYER, POSITION, COUNT] = [2, 1, 12];

/** The embedded model, in this process. */
async function engineInNode(): Promise<EngineAccess> {
  const found = findMemory(false);
  if ('refused' in found) throw new Error(found.refused);
  const create = await importEngine(ENGINE);
  const module = await create({ wasmMemory: found.memory, threads: 1 });
  const session = new module.Session(1, found.maximum);
  const text = (name: string) => readFileSync(`${EMBEDDED}/${name}`, 'utf8');
  const weights = readFileSync(`${EMBEDDED}/model.safetensors`);
  session.begin(text('config.json'), 'f32', ['model.safetensors']);
  session.setTokenizer({ 'vocab.json': text('vocab.json'), 'merges.txt': text('merges.txt') });
  const address = session.reserve(weights.length);
  module.HEAPU8.set(weights, address);
  session.commit(weights.length);
  session.finish();
  const runner = new SessionRunner(session);
  const unused = () => Promise.reject(new Error('not asked here'));
  return new EngineAccess({
    call: unused,
    callOf: (of, name, args) =>
      new Promise((resolve) => {
        resolve(runner.callOf(documentOf(of), name, args));
      }),
    run: unused,
    waitsFor: () => undefined,
    hasTokenizer: true,
  });
}

/** The command's neurons of the same experiment. */
function nativeNeurons(): NeuronChanges['largest'] {
  const where = ['--layer', `${LAYER}`, '--position', `${POSITION}`, '--top', `${COUNT}`];
  const args = ['neurons', '--json', '--model', EMBEDDED, '--experiment', '-', ...where];
  const output = execFileSync(COMMAND, args, { encoding: 'utf8', input: documentOf(DEFAULTS) });
  return (JSON.parse(output) as { neurons: NeuronChanges['largest'] }).neurons;
}

test('the engine finds the neurons that the native command finds', async () => {
  const engine = await engineInNode();
  const { finite, largest } = await engine.neurons(LAYER, POSITION, COUNT, DEFAULTS);
  const native = nativeNeurons();
  expect(finite).toBe(true);
  expect(largest.map(({ neuron }) => neuron)).toEqual(native.map(({ neuron }) => neuron));
  expect(largest).toHaveLength(COUNT);
  for (const [i, { clean, corrupted, difference }] of largest.entries()) {
    expect(Math.abs(clean - (native[i]?.clean ?? NaN))).toBeLessThanOrEqual(1e-5);
    expect(Math.abs(corrupted - (native[i]?.corrupted ?? NaN))).toBeLessThanOrEqual(1e-5);
    expect(difference).toBe(Math.fround(corrupted - clean));
  }
});

test('the engine says what is wrong with a question about neurons', async () => {
  const engine = await engineInNode();
  await expect(engine.neurons(99, 0, 1, DEFAULTS)).rejects.toThrow('layer 99, expected 0 to');
  await expect(engine.neurons(0, 0.5, 1, DEFAULTS)).rejects.toThrow('position');
  const ablation = {
    ...DEFAULTS,
    corruption: { kind: 'zero' as const },
    directions: ['noising' as const],
  };
  await expect(engine.neurons(0, 0, 1, { ...ablation, corrupted: '' })).rejects.toThrow(
    'an ablation has no corrupted run',
  );
});
