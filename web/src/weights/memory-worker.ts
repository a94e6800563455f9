/** Finds how much WebAssembly memory can be had; its end gives all of it back. */

import { findMemory } from '../engine/memory';
import { scopeHere } from '../engine/variant';
import { LARGEST_MEMORY } from './dtype';

const PAGE = 65_536;
const STEP = 2 ** 28;

function canHave(bytes: number): boolean {
  try {
    return new WebAssembly.Memory({ initial: bytes / PAGE }).buffer.byteLength === bytes;
  } catch {
    return false; // the answer is no
  }
}

const found = findMemory(scopeHere().hasSharedBuffers);
let bytes = 'maximum' in found ? Math.min(found.maximum, LARGEST_MEMORY) : LARGEST_MEMORY;
while (bytes > STEP && !canHave(bytes)) bytes -= STEP;
postMessage(bytes);
