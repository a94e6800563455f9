/** The native command, whose numbers the page must show. */

import { execFileSync } from 'node:child_process';

const COMMAND = new URL('../../build/native/bin/patchboard', import.meta.url).pathname;

export interface PatchOutput {
  targets: { id: number; text: string }[];
  clean: { prob: number[]; logit: number[] };
  /** [target][layer][position] */
  prob: number[][][];
  logit: number[][][];
}

export function patch(
  model: string,
  request: { clean: string; corrupted: string; targets: string[] },
  dtype = 'f32',
): PatchOutput {
  const args = ['patch', '--json', '--model', model, '--dtype', dtype];
  args.push('--clean', request.clean, '--corrupted', request.corrupted);
  args.push('--target', ...request.targets);
  return JSON.parse(execFileSync(COMMAND, args, { encoding: 'utf8' })) as PatchOutput;
}

export function convert(model: string, dtype: string, out: string): void {
  execFileSync(COMMAND, ['convert', '--model', model, '--dtype', dtype, '--out', out]);
}
