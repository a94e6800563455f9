/** A PyTorch process that measures on request: see pytorch/procedures.py. */

import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

// Debian's python3-torch is for the distribution's own Python.
const PYTHON = '/usr/bin/python3';
const FOLDER = 'tools/bench/pytorch';

// How OpenBLAS is built decides how fast PyTorch is: its own threads get into the way of PyTorch's.
const BLAS = { pthread: 'openblas-pthread', openmp: 'openblas-openmp' };

/** Where Debian keeps a build of OpenBLAS. */
function blasFolder(blas) {
  const folder = `/usr/lib/${process.arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu/${BLAS[blas]}`;
  if (!existsSync(folder)) throw new Error(`${folder} is missing; install libopenblas0-${blas}`);
  return folder;
}

export class PyTorch {
  /** blas: `pthread`, which Debian installs unasked, or `openmp`. */
  static async start({ config, length, firstDifference, threads, blas }) {
    const pytorch = new PyTorch();
    pytorch.process = spawn(
      PYTHON,
      [
        `${FOLDER}/procedures.py`,
        ...['--config', config, '--length', String(length), '--threads', String(threads)],
        ...['--first-difference', String(firstDifference)],
      ],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { ...process.env, LD_LIBRARY_PATH: blasFolder(blas) },
      },
    );
    pytorch.lines = createInterface({ input: pytorch.process.stdout })[Symbol.asyncIterator]();
    pytorch.version = (await pytorch.answer()).version;
    return pytorch;
  }

  async answer() {
    const { done, value } = await this.lines.next();
    if (done) throw new Error('PyTorch ended; is python3-torch installed?');
    return JSON.parse(value);
  }

  /** procedure: `report` or `expert`. */
  measure(procedure) {
    this.process.stdin.write(`${procedure}\n`);
    return this.answer();
  }

  close() {
    this.process.stdin.end();
  }
}

/** An ONNX graph of a published size with random weights. */
export async function exportOnnx({ config, length, out }) {
  await promisify(execFile)(PYTHON, [
    `${FOLDER}/export_onnx.py`,
    ...['--config', config, '--length', String(length), '--out', out],
  ]);
}
