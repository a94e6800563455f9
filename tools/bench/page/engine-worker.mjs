/** Patchboard in this tab: the same module and the same calls as the page's own worker. */

import { secondsOf, serveCalls } from './serve-calls.mjs';

let module;
let session;

async function streamWeights(url) {
  const reader = (await fetch(url)).body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const address = session.reserve(piece.value.byteLength);
    module.HEAPU8.set(piece.value, address);
    session.commit(piece.value.byteLength);
  }
}

serveCalls({
  async load({ engine, folder, dtype, threads }) {
    const start = performance.now();
    const { default: create } = await import(engine);
    module = await create();
    session = new module.Session(threads);
    session.begin(await (await fetch(`${folder}/config.json`)).text(), dtype, [
      'model.safetensors',
    ]);
    await streamWeights(`${folder}/model.safetensors`);
    session.finish();
    return {
      seconds: secondsOf(start),
      weightBytes: session.info().weightBytes,
      heapBytes: module.HEAPU8.byteLength,
    };
  },

  /** rows: how many heatmap rows; all where it is undefined. */
  sweep({ rows, ...request }) {
    const start = performance.now();
    const { blockRows } = session.startPatch(request);
    let done = 0;
    while (done !== rows && session.stepPatch()) done++;
    return {
      seconds: secondsOf(start),
      rows: done,
      blockRows,
      heapBytes: module.HEAPU8.byteLength,
    };
  },

  forward({ ids }) {
    const start = performance.now();
    session.predict(ids, 10);
    return { seconds: secondsOf(start) };
  },
});
