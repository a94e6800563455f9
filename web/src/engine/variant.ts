/** Which build of the engine this browser can run: see the presets in CMakePresets.json. */

import { relaxedSimd, simd, threads } from 'wasm-feature-detect';

import { findMemory } from './memory';

declare const ENGINE_FOLDER: string; // set when the page is built; its name changes with its content

const MAX_THREADS = 8;

/** What threads need, of a page or of a worker. */
export interface Scope {
  /** From other origins. */
  isIsolated: boolean;
  isSecure: boolean;
  hasSharedBuffers: boolean;
}

export interface Features {
  simd: boolean;
  relaxedSimd: boolean;
  /** In WebAssembly. */
  threads: boolean;
  cores: number;
}

export interface EngineChoice {
  /** Its folder. */
  variant: string;
  /** The address of patchboard.mjs. */
  url: string;
  threads: number;
  memory: WebAssembly.Memory;
  /** Bytes that the memory can grow to. */
  maximum: number;
  /** Why it computes in one thread, and what would help; undefined where it has threads. */
  oneThread?: string;
}

export function scopeHere(): Scope {
  return {
    isIsolated: globalThis.crossOriginIsolated,
    isSecure: globalThis.isSecureContext,
    hasSharedBuffers: typeof globalThis.SharedArrayBuffer === 'function',
  };
}

export async function featuresHere(): Promise<Features> {
  return {
    simd: await simd(),
    relaxedSimd: await relaxedSimd(),
    threads: await threads(),
    // Not every browser tells.
    cores: (navigator as Partial<Navigator>).hardwareConcurrency ?? 1,
  };
}

/** Of the worker, which computes, and of its page; undefined where both have all that threads need. */
function whyNoThreads(page: Scope, worker: Scope, features: Features): string | undefined {
  if (!page.isIsolated || !worker.isIsolated) {
    return page.isSecure
      ? 'neither its server nor a service worker isolates it from other pages. The server can send the headers ' +
          '"Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp"; or allow ' +
          'service workers for this page (some private windows do not), and open it again.'
      : "it was opened over plain http from another machine. Over https, or from localhost, it has all of this machine's cores.";
  }
  if (!page.hasSharedBuffers || !worker.hasSharedBuffers) {
    const whom = page.hasSharedBuffers ? 'its workers' : 'it';
    return `this browser gives ${whom} no memory that threads share (no SharedArrayBuffer), although it is isolated from other pages.`;
  }
  return features.threads ? undefined : 'this browser’s WebAssembly has no threads.';
}

/**
 * The fastest build, and a memory for it. base: the address that the page's own files are beside. page:
 * of the page that this worker belongs to. Throws where no build can run.
 */
export function chooseEngine(
  base: string,
  page: Scope,
  worker: Scope,
  features: Features,
): EngineChoice {
  if (!features.simd) {
    throw new Error(
      'This browser cannot compute here: its WebAssembly has no SIMD. Expected Chrome or Edge 91, ' +
        'Firefox 89, Safari 16.4 or newer, on a processor that is not older than its SIMD',
    );
  }
  const build = (variant: string) => ({
    variant,
    url: new URL(`${ENGINE_FOLDER}/${variant}/patchboard.mjs`, base).href,
  });
  let why = whyNoThreads(page, worker, features);
  if (why === undefined) {
    const shared = findMemory(true);
    if ('memory' in shared) {
      const count = Math.max(1, Math.min(features.cores, MAX_THREADS));
      return {
        ...build(features.relaxedSimd ? 'relaxed-simd' : 'simd'),
        threads: count,
        ...shared,
      };
    }
    why = `this browser refuses WebAssembly a memory that threads share (it says: ${shared.refused}).`;
  }
  const own = findMemory(false);
  if ('refused' in own) {
    throw new Error(
      `This browser cannot compute here: it refuses WebAssembly a memory (it says: ${own.refused}). ` +
        'Closing other tabs may help',
    );
  }
  const oneThread = `This page computes in one thread, which takes longer: ${why}`;
  return { ...build('single'), threads: 1, oneThread, ...own };
}
