/** The page as a static host serves it: variants of the engine, the service worker, its policy. */

import { fileURLToPath } from 'node:url';

import type { Cell } from './cells';
import { expect, type PatchboardPage, test } from './patchboard-page';
import { serveStatic, type StaticServer } from './static-server';
import { beginWorkerWith } from './worker-script';

const DIST = fileURLToPath(new URL('../../web/dist', import.meta.url));

async function heatmap(patchboard: PatchboardPage): Promise<Cell[]> {
  await expect(patchboard.runButton).toBeEnabled({ timeout: 40_000 });
  await patchboard.run();
  return patchboard.values();
}

function expectClose(cells: Cell[], expected: Cell[]) {
  expect(cells).toHaveLength(expected.length);
  for (const [index, { prob }] of cells.entries()) {
    expect(Math.abs(prob - (expected[index]?.prob ?? NaN))).toBeLessThanOrEqual(1e-5);
  }
}

/** Which build of the engine the page has fetched. */
function variantOf(urls: string[]): string | undefined {
  return urls.map((url) => /engine\/\w+\/([\w-]+)\/patchboard\.mjs/.exec(url)?.[1]).find(Boolean);
}

/** The modules by which the worker asks what the browser can do. */
async function refuseModulesWith({ page }: PatchboardPage, instruction: number[]) {
  await beginWorkerWith(
    page,
    `const validate = WebAssembly.validate.bind(WebAssembly);
     WebAssembly.validate = (module) =>
       !new Uint8Array(module).join(',').includes('${instruction.join(',')}') && validate(module)`,
  );
}

test.describe('on a host that sends no headers, under a sub-path', () => {
  let host: StaticServer;
  const fetched: string[] = [];

  test.beforeEach(async ({ page }) => {
    host = await serveStatic(DIST, '/class/patchboard/');
    fetched.length = 0;
    page.on('request', (request) => fetched.push(request.url()));
  });

  test.afterEach(() => host.close());

  test.describe('with a service worker', () => {
    test.use({ serviceWorkers: 'allow', allowedErrors: /ERR_INTERNET_DISCONNECTED/ });

    test('the page is opened once more, has threads, and opens offline', async ({ patchboard }) => {
      const { page } = patchboard;
      await page.goto(host.address);
      const cells = await heatmap(patchboard);
      expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true);
      expect(variantOf(fetched)).toBe('relaxed-simd');
      await expect(page.getByRole('note')).toHaveCount(0);
      await page.context().setOffline(true);
      await host.close();
      await page.goto(`${host.address}?clean=x`);
      await page.goto(host.address);
      expect(await heatmap(patchboard)).toEqual(cells);
    });
  });

  test('without a service worker it computes in one thread, says why, and gives the same', async ({
    patchboard,
  }) => {
    await patchboard.openReady();
    const cells = await heatmap(patchboard);
    fetched.length = 0;
    await patchboard.page.goto(host.address);
    const alone = await heatmap(patchboard);
    expect(variantOf(fetched)).toBe('single');
    await expect(patchboard.page.getByRole('note')).toContainText(
      'computes in one thread, which takes longer: neither its server nor a service worker',
    );
    expectClose(alone, cells);
  });
});

test('in a browser without relaxed SIMD the engine with SIMD128 gives the same', async ({
  patchboard,
}) => {
  await patchboard.openReady();
  const cells = await heatmap(patchboard);
  const fetched: string[] = [];
  patchboard.page.on('request', (request) => fetched.push(request.url()));
  await refuseModulesWith(patchboard, [0xfd, 0x80, 0x02]); // a relaxed instruction
  await patchboard.openReady();
  const older = await heatmap(patchboard);
  expect(variantOf(fetched)).toBe('simd');
  expectClose(older, cells);
});

test('a browser without SIMD gets a clear message', async ({ patchboard }) => {
  await refuseModulesWith(patchboard, [0xfd]);
  await patchboard.open();
  await expect(patchboard.alerts).toContainText('its WebAssembly has no SIMD');
  await expect(patchboard.runButton).toBeDisabled();
});
