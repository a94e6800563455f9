/** Single forward passes in the tab: this engine and onnxruntime-web, in rounds. */

import { prompts } from './prompts.mjs';
import { ratio, summary } from './statistics.mjs';

const WARM_UP = 5;

export async function measureForwards(browser, { config, length, threads, rounds, graph }) {
  const engine = await browser.engine({ config, dtype: 'f32', threads });
  const ort = await browser.ort({ graph, threads });
  const samples = [];
  for (let index = 1 - WARM_UP; index <= rounds; index++) {
    const ids = prompts(length, index + WARM_UP).clean;
    const own = await engine.call('forward', { ids });
    const theirs = await ort.call('forward', { ids });
    if (index > 0) samples.push({ engine: own.seconds, ort: theirs.seconds });
  }
  await engine.close();
  await ort.close();
  const of = (name) => samples.map((sample) => sample[name]);
  return {
    config,
    length,
    threads,
    seconds: { engine: summary(of('engine')), ort: summary(of('ort')) },
    ratio: ratio(of('ort'), of('engine')),
  };
}
