/** Which build of the engine this browser can run: see the presets in CMakePresets.json. */

import { relaxedSimd, simd, threads } from 'wasm-feature-detect';

declare const ENGINE_FOLDER: string; // set when the page is built; its name changes with its content

const MAX_THREADS = 8;

export interface Features {
  simd: boolean;
  relaxedSimd: boolean;
  /** Where the page is isolated from other origins as well. */
  threads: boolean;
}

/** The fastest build; undefined where there is none. */
export function variantFor(features: Features): 'relaxed-simd' | 'simd' | 'single' | undefined {
  if (!features.simd) return undefined;
  if (!features.threads) return 'single';
  return features.relaxedSimd ? 'relaxed-simd' : 'simd';
}

export interface EngineChoice {
  /** The address of patchboard.mjs. */
  url: string;
  threads: number;
}

/** base: the address that the page's own files are beside. Rejects where no build can run. */
export async function chooseEngine(base: string): Promise<EngineChoice> {
  const features = {
    simd: await simd(),
    relaxedSimd: await relaxedSimd(),
    threads: globalThis.crossOriginIsolated && (await threads()),
  };
  const variant = variantFor(features);
  if (!variant) {
    throw new Error(
      'This browser cannot compute here: its WebAssembly has no SIMD. Expected Chrome or Edge 91, ' +
        'Firefox 89, Safari 16.4 or newer, on a processor that is not older than its SIMD',
    );
  }
  return {
    url: new URL(`${ENGINE_FOLDER}/${variant}/patchboard.mjs`, base).href,
    threads: variant === 'single' ? 1 : Math.min(navigator.hardwareConcurrency, MAX_THREADS),
  };
}

/** Why this page computes in one thread, and what would help; undefined where it has threads. */
export function whyOneThread(): string | undefined {
  if (globalThis.crossOriginIsolated) return undefined;
  const what = 'This page computes in one thread, which takes longer: ';
  if (!globalThis.isSecureContext) {
    return `${what}it was opened over plain http from another machine. Over https, or from localhost, it has all of this machine's cores.`;
  }
  return (
    `${what}neither its server nor a service worker isolates it from other pages. The server can send the headers ` +
    '"Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp"; or allow ' +
    'service workers for this page (some private windows do not), and open it again.'
  );
}
