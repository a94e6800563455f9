/** The same numbers in WebKit, where nothing can be kept, with shared memory and without. */

import { fileURLToPath } from 'node:url';

import { expect, test } from '@playwright/test';

import { BASIC, expectNative } from './basic-numbers';
import { patch } from './command';
import { serveModel } from './model-server';
import { EMBEDDED, randomModel } from './models';
import { type HostOptions, serveStatic, type StaticServer } from './static-server';
import { SEEN_ERRORS, WEBKIT, WebKitPage } from './webkit-page';

const DIST = fileURLToPath(new URL('../../web/dist', import.meta.url));

test.skip(WEBKIT === '', 'this machine has no WebKitWebDriver');
test.setTimeout(300_000);

let host: StaticServer;
let webkit: WebKitPage;

async function start(options: { hasSharedMemory?: boolean } & HostOptions): Promise<void> {
  host = await serveStatic(DIST, '/', { firstScript: SEEN_ERRORS, ...options });
  webkit = await WebKitPage.launch(options);
}

test.afterEach(async () => {
  try {
    expect(await webkit.errors(), 'messages in the console').toEqual([]);
  } finally {
    await webkit.close();
    await host.close();
  }
});

/** Which build of the engine the page fetched. */
const engine = () =>
  host.requested.map((name) => /^engine\/\w+\/([\w-]+)\//.exec(name)?.[1]).find(Boolean);

test('WebKit shows the native command’s numbers, in one thread where it has no shared memory', async () => {
  await start({ isolates: true });
  await webkit.openReady(host.address);
  expectNative(await webkit.run(), patch(EMBEDDED, BASIC));
  expect(engine()).toBe('single');
  expect(await webkit.text()).toContain('This page computes in one thread');
});

test('WebKit with shared memory, as in Safari, shows them from threads', async () => {
  await start({ isolates: true, hasSharedMemory: true });
  await webkit.openReady(host.address);
  expectNative(await webkit.run(), patch(EMBEDDED, BASIC));
  expect(engine()).toMatch(/simd$/);
  expect(await webkit.text()).not.toContain('This page computes in one thread');
});

test('WebKit loads a model by its address over a bad connection, and says that it is not kept', async () => {
  await start({ isolates: true });
  const server = await serveModel(randomModel(), { dropFirst: { bytes: 20_000_000, times: 2 } });
  await webkit.openReady(
    `${host.address}?target=+Jones&target=+Smith&model=${encodeURIComponent(server.address)}&dtype=f16`,
  );
  await webkit.expectText('This browser gives the page no storage: the model is not kept');
  expectNative(await webkit.run(), patch(randomModel(), BASIC, 'f16'));
  await server.close();
});

test('WebKit runs the report beside its own figures', async () => {
  await start({ isolates: true });
  await webkit.openReady(host.address);
  await webkit.press('Results');
  await webkit.press('Run everything');
  await webkit.expectText('Done');
  await webkit.expectText('0.1730');
});

test('in WebKit a host that sends no headers gets threads by the service worker', async () => {
  await start({ hasSharedMemory: true });
  await webkit.openReady(host.address);
  await webkit.driver.waitFor('isolation', () =>
    webkit.driver.call(() => globalThis.crossOriginIsolated),
  );
  await webkit.openReady(host.address);
  expectNative(await webkit.run(), patch(EMBEDDED, BASIC));
  expect(engine()).toMatch(/simd$/);
});
