/** Sweeps of every site in the tab, and the first map by attribution against forward passes. */

import { prompts } from './prompts.mjs';
import { ratio, summary } from './statistics.mjs';

const POSITION_SITES = ['resid_pre', 'resid_mid', 'resid_post', 'attn_out', 'mlp_out'];
const HEAD_SITES = ['z', 'q', 'k', 'v', 'pattern'];

const EXPERIMENTS = {
  'resid_post alone': { sites: ['resid_post'] },
  'all five position-wise sites': { sites: POSITION_SITES },
  'z of all heads': { sites: ['z'] },
  'z, q, k, v and pattern of all heads': { sites: HEAD_SITES },
  'z of all heads, position by position': { sites: ['z'], by_position: true },
};

export async function measureSites(browser, { config, length, rounds }) {
  const tab = await browser.engine({ config, dtype: 'f32', threads: 2 });
  await tab.call('sweep', prompts(length, 99)); // warm
  const seconds = Object.fromEntries(Object.keys(EXPERIMENTS).map((name) => [name, []]));
  const attribution = [];
  const forward = [];
  let seed = 0;
  for (let round = 0; round < rounds; round++) {
    for (const [name, what] of Object.entries(EXPERIMENTS)) {
      const measured = await tab.call('sweep', { ...prompts(length, ++seed), ...what });
      seconds[name].push(measured.seconds);
    }
    const pair = prompts(length, ++seed);
    forward.push((await tab.call('forward', { ids: pair.clean })).seconds);
    const every = { ...pair, sites: [...POSITION_SITES, ...HEAD_SITES] };
    attribution.push((await tab.call('attribution', every)).seconds);
  }
  await tab.close();
  return {
    config,
    length,
    seconds: Object.fromEntries(
      Object.entries(seconds).map(([name, values]) => [name, summary(values)]),
    ),
    forward: summary(forward),
    attribution: summary(attribution),
    attributionInForwards: ratio(attribution, forward),
  };
}
