/** What the engine's own settings cost in the tab: threads, weight formats and builds, in rounds. */

import { prompts } from './prompts.mjs';
import { ratio, summary } from './statistics.mjs';

async function compare(names, rounds, measure) {
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let index = 1; index <= rounds; index++) {
    for (const name of names) samples[name].push((await measure(name, index)).seconds);
  }
  const [first, ...others] = names;
  return {
    seconds: Object.fromEntries(names.map((name) => [name, summary(samples[name])])),
    /** How many times as long each takes as the first. */
    ratios: Object.fromEntries(others.map((name) => [name, ratio(samples[name], samples[first])])),
  };
}

/** settings: what differs, by name; each gets a tab of its own. */
async function compareTabs(browser, { config, length, rows, rounds, settings }) {
  const tabs = {};
  for (const [name, setting] of Object.entries(settings)) {
    tabs[name] = await browser.engine({ config, dtype: 'f32', threads: 2, ...setting });
    await tabs[name].call('sweep', { ...prompts(length, 99), rows: 3 }); // warm
  }
  const result = await compare(Object.keys(settings), rounds, (name, index) =>
    tabs[name].call('sweep', { ...prompts(length, index), rows }),
  );
  result.loaded = Object.fromEntries(Object.keys(tabs).map((name) => [name, tabs[name].loaded]));
  for (const tab of Object.values(tabs)) await tab.close();
  return result;
}

export async function measureVariants(browser, sizes) {
  const inTab = (settings) => compareTabs(browser, { ...sizes, settings });
  return {
    ...sizes,
    threads: await inTab({ 'two threads': { threads: 2 }, 'one thread': { threads: 1 } }),
    formats: await inTab({
      f32: { dtype: 'f32' },
      f16: { dtype: 'f16' },
      q8_0: { dtype: 'q8_0' },
    }),
    builds: await inTab({ 'relaxed SIMD': {}, 'plain SIMD128': { variant: 'wasm-simd' } }),
  };
}
