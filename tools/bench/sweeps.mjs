/** Whole sweeps: PyTorch's two procedures, each with two builds of OpenBLAS, the native command and the
 * tab, in rounds. */

import { nativeSweep } from './native.mjs';
import { FIRST_DIFFERENCE, prompts } from './prompts.mjs';
import { PyTorch } from './pytorch.mjs';
import { ratio, summary } from './statistics.mjs';

const THREADS = 2;

/** One after another: only one computes at a time. */
async function round(seed, { config, length, pthread, openmp, tab }) {
  const request = prompts(length, seed);
  const samples = {
    reportPthread: await pthread.measure('report'),
    expertPthread: await pthread.measure('expert'),
    reportOpenmp: await openmp.measure('report'),
    expertOpenmp: await openmp.measure('expert'),
    native: await nativeSweep({ config, threads: THREADS, ...request }),
    tab: await tab.call('sweep', request),
  };
  return Object.fromEntries(Object.entries(samples).map(([name, { seconds }]) => [name, seconds]));
}

const PYTORCH = ['reportPthread', 'reportOpenmp', 'expertPthread', 'expertOpenmp'];

export async function measureSweeps(browser, { config, length, rounds }) {
  const common = { config, length, threads: THREADS, firstDifference: FIRST_DIFFERENCE };
  const pthread = await PyTorch.start({ ...common, blas: 'pthread' });
  const openmp = await PyTorch.start({ ...common, blas: 'openmp' });
  const tab = await browser.engine({ config, dtype: 'f32', threads: THREADS });
  const context = { config, length, pthread, openmp, tab };
  await pthread.measure('report'); // warm
  const { patches } = await openmp.measure('report');
  await tab.call('sweep', { ...prompts(length, 99), rows: 2 });
  const samples = [];
  for (let index = 1; index <= rounds; index++) {
    samples.push(await round(index, context));
    console.error(`${config}, T = ${length}, round ${index}:`, samples.at(-1));
  }
  pthread.close();
  openmp.close();
  await tab.close();
  const of = (name) => samples.map((sample) => sample[name]);
  return {
    config,
    length,
    version: openmp.version,
    patches,
    samples,
    seconds: Object.fromEntries(Object.keys(samples[0]).map((name) => [name, summary(of(name))])),
    /** How many times as long PyTorch takes. */
    ratios: Object.fromEntries(
      PYTORCH.map((name) => [
        name,
        { native: ratio(of(name), of('native')), tab: ratio(of(name), of('tab')) },
      ]),
    ),
  };
}
