/** What `hash.ts` takes of the library for sha256: a file of its own, which the page itself never wants. */

export { createSHA256 } from 'hash-wasm';
