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
    session = new module.Session(threads, 4 * 2 ** 30);
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

  /** rows: how many heatmap rows; all where it is undefined. The rest is an experiment. */
  sweep({ rows, ...experiment }) {
    const start = performance.now();
    const { blockRows } = session.start(JSON.stringify(experiment));
    let done = 0;
    while (done !== rows && session.step()) done++;
    return {
      seconds: secondsOf(start),
      rows: done,
      blockRows,
      heapBytes: module.HEAPU8.byteLength,
    };
  },

  /** Both runs, a backward pass and the estimates of every sweep of an experiment. */
  attribution(experiment) {
    const start = performance.now();
    session.start(JSON.stringify(experiment));
    session.attribute('{"metric": "logit_diff", "target": 0, "against": 1}');
    return { seconds: secondsOf(start) };
  },

  forward({ ids }) {
    const start = performance.now();
    session.predict(ids, 10);
    return { seconds: secondsOf(start) };
  },
});
