/** What `hash.ts` takes of the library for xxh64: a file of its own in the built page. */

export { createXXHash64, xxhash64 } from 'hash-wasm';
