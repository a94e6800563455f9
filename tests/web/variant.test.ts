/** Which engine a browser gets, and with how much memory. */

import { afterEach, expect, test, vi } from 'vitest';

import { findMemory } from '../../web/src/engine/memory';
import { chooseEngine, type Features, type Scope } from '../../web/src/engine/variant';

const BASE = 'http://localhost/page/';
const FULL: Scope = { isIsolated: true, isSecure: true, hasSharedBuffers: true };
const FEATURES: Features = { simd: true, relaxedSimd: true, threads: true, cores: 4 };
const GIB = 2 ** 30;

/** A browser that refuses memories which could grow beyond these bytes. */
function allow(shared: number, own = Number.POSITIVE_INFINITY) {
  class Memory {
    constructor(readonly sizes: WebAssembly.MemoryDescriptor) {
      const largest = sizes.shared ? shared : own;
      if ((sizes.maximum ?? 0) * 65_536 > largest) throw new RangeError('out of memory');
    }
  }
  vi.stubGlobal('WebAssembly', { ...WebAssembly, Memory });
}

afterEach(() => {
  vi.unstubAllGlobals();
});

const choose = (page: Partial<Scope>, worker: Partial<Scope>, features: Partial<Features> = {}) =>
  chooseEngine(BASE, { ...FULL, ...page }, { ...FULL, ...worker }, { ...FEATURES, ...features });

test('a browser with everything gets threads, relaxed SIMD and 4 GiB', () => {
  allow(4 * GIB);
  const choice = choose({}, {});
  expect(choice.url).toMatch(/relaxed-simd\/patchboard\.mjs$/);
  expect([choice.threads, choice.maximum, choice.oneThread]).toEqual([4, 4 * GIB, undefined]);
  expect(choose({}, {}, { relaxedSimd: false }).url).toMatch(/\/simd\/patchboard\.mjs$/);
  expect(choose({}, {}, { cores: 64 }).threads).toBe(8);
});

test('where a shared memory of 4 GiB is refused, a smaller one is tried', () => {
  for (const largest of [3, 2, 1.5, 1, 0.5, 0.25].map((size) => size * GIB)) {
    allow(largest);
    const choice = choose({}, {});
    expect([choice.maximum, choice.threads]).toEqual([largest, 4]);
  }
});

test('where every shared memory is refused, it is one thread, and the notice says so', () => {
  allow(0);
  const choice = choose({}, {});
  expect(choice.url).toMatch(/\/single\/patchboard\.mjs$/);
  expect([choice.threads, choice.maximum]).toEqual([1, 4 * GIB]);
  expect(choice.oneThread).toContain('refuses WebAssembly a memory that threads share');
  expect(choice.oneThread).toContain('out of memory');
});

test('where every memory is refused, it says what is missing', () => {
  allow(0, 0);
  expect(() => choose({}, {})).toThrow('refuses WebAssembly a memory (it says: out of memory)');
});

test('without shared buffers, in the page or in the worker alone, it is one thread', () => {
  allow(4 * GIB);
  const none = { hasSharedBuffers: false };
  for (const choice of [choose(none, none), choose(none, {})]) {
    expect(choice.url).toMatch(/\/single\//);
    expect(choice.oneThread).toContain('gives it no memory that threads share');
  }
  const inWorker = choose({}, none);
  expect(inWorker.url).toMatch(/\/single\//);
  expect(inWorker.oneThread).toContain('gives its workers no memory that threads share');
});

test('a page that is not isolated says what would help', () => {
  allow(4 * GIB);
  const open = { isIsolated: false };
  expect(choose(open, open).oneThread).toContain('Cross-Origin-Opener-Policy');
  expect(choose({ ...open, isSecure: false }, open).oneThread).toContain('over plain http');
  expect(choose({}, {}, { threads: false }).oneThread).toContain('has no threads');
});

test('a browser without SIMD is refused, with the versions that have it', () => {
  expect(() => choose({}, {}, { simd: false })).toThrow('Safari 16.4');
});

test('a memory begins with what the engine’s build expects', () => {
  const found = findMemory(true);
  if (!('memory' in found)) throw new Error(found.refused);
  expect(found.memory.buffer.byteLength).toBe(2 ** 24);
  expect(found.memory.buffer).toBeInstanceOf(SharedArrayBuffer);
});
