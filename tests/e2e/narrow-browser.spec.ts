/** Browsers that give a page less: memory, shared buffers, threads. */

import type { Cell } from './cells';
import { expect, type PatchboardPage, test } from './patchboard-page';
import { beginWorkerWith } from './worker-script';

/** Refuses memories that could grow beyond these bytes, as iOS does from some size on. */
const refuseBeyond = (shared: number) => `
  const Memory = WebAssembly.Memory;
  WebAssembly.Memory = class extends Memory {
    constructor(sizes) {
      if (sizes.shared && sizes.maximum * 65536 > ${shared}) throw new RangeError('out of memory');
      super(sizes);
    }
  }`;

const NO_BUFFERS = 'delete globalThis.SharedArrayBuffer';

/** In the worker: counts the threads that the engine makes. */
const COUNT_THREADS = `
  globalThis.threadsMade = 0;
  const Thread = globalThis.Worker;
  globalThis.Worker = class extends Thread {
    constructor(url, options) {
      if (options?.name?.startsWith('em-pthread')) globalThis.threadsMade++;
      super(url, options);
    }
  }`;

interface Outcome {
  cells: Cell[];
  variant: string | undefined;
}

async function outcome(patchboard: PatchboardPage): Promise<Outcome> {
  let variant: string | undefined;
  patchboard.page.on('request', (request) => {
    variant ??= /engine\/\w+\/([\w-]+)\/patchboard\.mjs/.exec(request.url())?.[1];
  });
  await patchboard.openReady();
  await patchboard.run();
  return { cells: await patchboard.values(), variant };
}

function expectClose(cells: Cell[], expected: Cell[]) {
  expect(cells).toHaveLength(expected.length);
  for (const [index, { prob }] of cells.entries()) {
    expect(Math.abs(prob - (expected[index]?.prob ?? NaN))).toBeLessThanOrEqual(1e-5);
  }
}

test('where a shared memory of 4 GiB is refused, a smaller one serves, with threads', async ({
  patchboard,
}) => {
  const { cells } = await outcome(patchboard);
  await beginWorkerWith(patchboard.page, refuseBeyond(2 ** 29));
  const smaller = await outcome(patchboard);
  expect(smaller.variant).toBe('relaxed-simd');
  await expect(patchboard.page.getByRole('note')).toHaveCount(0);
  expect(smaller.cells).toEqual(cells);
});

test('where every shared memory is refused, one thread serves, and the page says why', async ({
  patchboard,
}) => {
  const { cells } = await outcome(patchboard);
  await beginWorkerWith(patchboard.page, refuseBeyond(0));
  const alone = await outcome(patchboard);
  expect(alone.variant).toBe('single');
  await expect(patchboard.page.getByRole('note')).toContainText(
    'refuses WebAssembly a memory that threads share (it says: out of memory)',
  );
  expectClose(alone.cells, cells);
});

test('without shared buffers in the worker alone, one thread serves, and the page says why', async ({
  patchboard,
}) => {
  await beginWorkerWith(patchboard.page, NO_BUFFERS);
  expect((await outcome(patchboard)).variant).toBe('single');
  await expect(patchboard.page.getByRole('note')).toContainText(
    'gives its workers no memory that threads share (no SharedArrayBuffer)',
  );
});

test('without shared buffers in the page alone, one thread serves, and the page says why', async ({
  patchboard,
}) => {
  await patchboard.page.addInitScript(NO_BUFFERS);
  expect((await outcome(patchboard)).variant).toBe('single');
  await expect(patchboard.page.getByRole('note')).toContainText(
    'gives it no memory that threads share (no SharedArrayBuffer)',
  );
});

test('the engine makes as many threads as it uses beside its own', async ({ patchboard }) => {
  const { page } = patchboard;
  const cores = 3;
  await beginWorkerWith(
    page,
    `Object.defineProperty(navigator, 'hardwareConcurrency', { value: ${cores} });${COUNT_THREADS}`,
  );
  await patchboard.openReady();
  await patchboard.run();
  const worker = page.workers().find((each) => each.url().includes('/worker-'));
  const made = await worker?.evaluate(
    () => (globalThis as unknown as { threadsMade: number }).threadsMade,
  );
  expect(made).toBe(cores - 1);
});
