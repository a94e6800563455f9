/** Whole sweeps: PyTorch's two procedures, the native command and the tab, in rounds. */

import { nativeSweep } from './native.mjs';
import { FIRST_DIFFERENCE, prompts } from './prompts.mjs';
import { PyTorch } from './pytorch.mjs';
import { ratio, summary } from './statistics.mjs';

const THREADS = 2;

/** One after another: only one computes at a time. */
async function round(seed, { config, length, pytorch, tab }) {
  const request = prompts(length, seed);
  const report = await pytorch.measure('report');
  const expert = await pytorch.measure('expert');
  const native = await nativeSweep({ config, threads: THREADS, ...request });
  const browser = await tab.call('sweep', request);
  return {
    report: report.seconds,
    expert: expert.seconds,
    native: native.seconds,
    tab: browser.seconds,
  };
}

export async function measureSweeps(browser, { config, length, rounds }) {
  const common = { config, length, threads: THREADS };
  const pytorch = await PyTorch.start({ ...common, firstDifference: FIRST_DIFFERENCE });
  const tab = await browser.engine({ config, dtype: 'f32', threads: THREADS });
  const context = { config, length, pytorch, tab };
  await pytorch.measure('report'); // warm
  await tab.call('sweep', { ...prompts(length, 99), rows: 2 });
  const samples = [];
  for (let index = 1; index <= rounds; index++) {
    samples.push(await round(index, context));
    console.error(`${config}, T = ${length}, round ${index}:`, samples.at(-1));
  }
  pytorch.close();
  await tab.close();
  const of = (name) => samples.map((sample) => sample[name]);
  return {
    config,
    length,
    version: pytorch.version,
    samples,
    seconds: Object.fromEntries(Object.keys(samples[0]).map((name) => [name, summary(of(name))])),
    ratios: {
      nativeToReport: ratio(of('report'), of('native')),
      nativeToExpert: ratio(of('expert'), of('native')),
      tabToReport: ratio(of('report'), of('tab')),
      tabToExpert: ratio(of('expert'), of('tab')),
    },
  };
}
