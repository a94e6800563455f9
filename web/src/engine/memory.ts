/** The WebAssembly memory that an engine gets: some browsers refuse one that could grow to 4 GiB. */

const PAGE = 65_536;
/** As in wasm/CMakeLists.txt. */
const INITIAL_BYTES = 2 ** 24;
/** What the engine can address, and then less and less; a fraction of a GiB holds the smallest models. */
const MAXIMA = [2 ** 32, 3 * 2 ** 30, 2 ** 31, 3 * 2 ** 29, 2 ** 30, 2 ** 29, 2 ** 28];

export interface MemoryFound {
  memory: WebAssembly.Memory;
  /** Bytes that it can grow to. */
  maximum: number;
}

export interface MemoryRefused {
  /** What the browser said to the smallest. */
  refused: string;
}

/** The memory with the largest maximum that this browser gives. */
export function findMemory(shared: boolean): MemoryFound | MemoryRefused {
  let refused = '';
  for (const maximum of MAXIMA) {
    try {
      const sizes = { initial: INITIAL_BYTES / PAGE, maximum: maximum / PAGE };
      return { memory: new WebAssembly.Memory({ ...sizes, shared }), maximum };
    } catch (error) {
      refused = error instanceof Error ? error.message : String(error);
    }
  }
  return { refused };
}
