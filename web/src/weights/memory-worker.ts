/** Finds how much WebAssembly memory can be had; its end gives all of it back. */

import { LARGEST_MEMORY } from './dtype';

const PAGE = 65_536;
const STEP = 2 ** 28;

function canHave(bytes: number): boolean {
  try {
    return new WebAssembly.Memory({ initial: bytes / PAGE }).buffer.byteLength === bytes;
  } catch {
    return false;
  }
}

let bytes = LARGEST_MEMORY;
while (bytes > STEP && !canHave(bytes)) bytes -= STEP;
postMessage(bytes);
