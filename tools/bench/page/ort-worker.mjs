/** onnxruntime-web in this tab, on WebAssembly. */

import { secondsOf, serveCalls } from './serve-calls.mjs';

let ort;
let session;

serveCalls({
  async load({ runtime, graph, threads }) {
    ort = await import(`${runtime}/ort.wasm.min.mjs`);
    ort.env.wasm.wasmPaths = `${runtime}/`;
    ort.env.wasm.numThreads = threads;
    const start = performance.now();
    session = await ort.InferenceSession.create(graph, {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
    });
    return { seconds: secondsOf(start) };
  },

  async forward({ ids }) {
    const data = BigInt64Array.from(ids, BigInt);
    const feeds = { ids: new ort.Tensor('int64', data, [1, ids.length]) };
    const start = performance.now();
    await session.run(feeds);
    return { seconds: secondsOf(start) };
  },
});
