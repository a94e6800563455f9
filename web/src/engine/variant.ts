/** Which build of the engine this browser can run: see the presets in CMakePresets.json. */

import { relaxedSimd } from 'wasm-feature-detect';

/** base: the address that the page's own files are beside. Returns that of patchboard.mjs. */
export async function engineUrl(base: string): Promise<string> {
  const variant = (await relaxedSimd()) ? 'relaxed-simd' : 'simd';
  return new URL(`engine/${variant}/patchboard.mjs`, base).href;
}
