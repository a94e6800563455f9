import { Browser } from './browser.mjs';
import { prompts } from './prompts.mjs';
const b = await Browser.open(process.cwd());
const e = await b.engine({
  config: process.argv[2],
  dtype: process.argv[3] ?? 'f32',
  threads: Number(process.argv[4] ?? 2),
  variant: process.argv[5] ?? 'wasm',
});
console.log(e.loaded);
for (let i = 1; i < 4; i++) {
  console.log(await e.call('forward', { ids: prompts(39, i).clean }));
}
console.log(await e.call('sweep', prompts(39, 1)));
await b.close();
