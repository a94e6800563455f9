/** GPT-2 XL's shape in a tab: loaded in f16, one heatmap row, and how large the heap grew. */

import { synthesize } from './native.mjs';
import { prompts } from './prompts.mjs';

export async function measureXl(browser, { dtype, rows }) {
  await synthesize('gpt2-xl');
  const tab = await browser.engine({ config: 'gpt2-xl', dtype, threads: 2 });
  const sweep = await tab.call('sweep', { ...prompts(39, 1), rows });
  await tab.close();
  return { dtype, load: tab.loaded, sweep };
}
