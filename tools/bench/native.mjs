/** The native command, one process a measurement. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const COMMAND = 'build/native/bin/patchboard';
const MAX_OUTPUT = 1e9;

async function json(...args) {
  const { stdout } = await run(COMMAND, args, { maxBuffer: MAX_OUTPUT });
  return JSON.parse(stdout);
}

/** Random weights of a published size in build/bench/CONFIG, unless they are there. */
export async function synthesize(config) {
  await run(COMMAND, [
    'synth',
    '--config',
    config,
    '--seed',
    '1',
    '--out',
    `build/bench/${config}`,
  ]);
}

/** The seconds of a whole sweep, without loading. */
export async function nativeSweep({ config, clean, corrupted, targets, threads, dtype = 'f32' }) {
  const result = await json(
    'patch',
    ...['--model', `build/bench/${config}`, '--dtype', dtype, '--threads', String(threads)],
    ...['--clean-ids', clean.join(','), '--corrupted-ids', corrupted.join(',')],
    ...['--target-ids', targets.join(','), '--json'],
  );
  return { seconds: result.seconds, prob: result.prob, logit: result.logit };
}

/** What `patchboard bench` measures. */
export function nativeKernels() {
  return json('bench', '--json');
}
