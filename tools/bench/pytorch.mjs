/** A PyTorch process that measures on request: see pytorch/procedures.py. */

import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

// Debian's python3-torch is for the distribution's own Python.
const PYTHON = '/usr/bin/python3';
const FOLDER = 'tools/bench/pytorch';

export class PyTorch {
  static async start({ config, length, firstDifference, threads }) {
    const pytorch = new PyTorch();
    pytorch.process = spawn(
      PYTHON,
      [
        `${FOLDER}/procedures.py`,
        ...['--config', config, '--length', String(length), '--threads', String(threads)],
        ...['--first-difference', String(firstDifference)],
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
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
