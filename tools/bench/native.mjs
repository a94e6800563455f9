/** The native command, one process a measurement. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const COMMAND = 'build/native/bin/patchboard';
const MAX_OUTPUT = 1e9;

async function json(...args) {
  const { stdout } = await run(COMMAND, [...args, '--json'], { maxBuffer: MAX_OUTPUT });
  return JSON.parse(stdout);
}

const folder = (config) => `build/bench/${config}`;

/** config: the embedded model where it is undefined. */
const model = (config) => (config === undefined ? [] : ['--model', folder(config)]);

/** Random weights of a published size. */
export async function synthesize(config) {
  await run(COMMAND, ['synth', '--config', config, '--seed', '1', '--out', folder(config)]);
}

/** The same as a GGUF in numbers of that type. Returns its name beside the folder. */
export async function synthesizeGguf(config, dtype) {
  const name = `${config}-${dtype}.gguf`;
  const out = ['--to', 'gguf', '--dtype', dtype, '--out', folder(name)];
  await run(COMMAND, ['convert', ...model(config), ...out]);
  return name;
}

/** A prompt is text, or a list of token ids. */
function prompt(name, value) {
  return Array.isArray(value) ? [`--${name}-ids`, value.join(',')] : [`--${name}`, value];
}

/** targets: texts, or token ids. */
function targetArguments(targets) {
  return typeof targets[0] === 'string'
    ? targets.flatMap((target) => ['--target', target])
    : ['--target-ids', targets.join(',')];
}

/** What `patchboard patch` gives; its seconds are those of a whole sweep, without loading. */
export function nativeSweep({ config, clean, corrupted, targets, threads, dtype = 'f32' }) {
  return json(
    'patch',
    ...model(config),
    ...['--dtype', dtype, '--threads', String(threads)],
    ...prompt('clean', clean),
    ...prompt('corrupted', corrupted),
    ...targetArguments(targets),
  );
}

/** What `patchboard bench` gives. */
export function nativeBench({ config, length, rounds }) {
  return json(
    'bench',
    ...model(config),
    ...['--threads', '2', '--length', String(length), '--rounds', String(rounds)],
  );
}
