/** The native command, whose numbers the page must show. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const COMMAND = new URL('../../build/native/bin/patchboard', import.meta.url).pathname;

/** NaN, outside a region, is null in JSON. [target][row][column] */
export type Values = (number | null)[][][];

export interface SweepOutput {
  site: string;
  direction: string;
  axes: 'position' | 'head' | 'head-position';
  prob: Values;
  log_prob: Values;
  logit: Values;
  rank: Values;
}

export interface PatchOutput {
  tokens: { clean: { id: number }[] };
  results: {
    targets: { text: string }[];
    sweeps: SweepOutput[];
  };
  work: { block_rows: number };
}

/** An experiment: docs/experiment.md. */
export function patchExperiment(model: string, experiment: object, dtype = 'f32'): PatchOutput {
  const folder = mkdtempSync(join(tmpdir(), 'patchboard-'));
  try {
    const file = join(folder, 'experiment.json');
    writeFileSync(file, JSON.stringify(experiment));
    const args = ['patch', '--json', '--model', model, '--dtype', dtype, '--experiment', file];
    return JSON.parse(execFileSync(COMMAND, args, { encoding: 'utf8' })) as PatchOutput;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The one sweep of the simplest experiment. */
export function patch(
  model: string,
  request: { clean: string; corrupted: string; targets: string[] },
  dtype = 'f32',
): SweepOutput {
  const [sweep] = patchExperiment(model, request, dtype).results.sweeps;
  if (!sweep) throw new Error('the command gave no sweep');
  return sweep;
}

export function convert(model: string, dtype: string, out: string): void {
  execFileSync(COMMAND, ['convert', '--model', model, '--dtype', dtype, '--out', out]);
}
