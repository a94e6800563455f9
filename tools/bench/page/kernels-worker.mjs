/** The GEMM's benchmark in this tab. */

import { serveCalls } from './serve-calls.mjs';

serveCalls({
  async measure({ module: address, rounds }) {
    const { default: create } = await import(address);
    const module = await create();
    return JSON.parse(module.kernelBench(rounds));
  },
});
