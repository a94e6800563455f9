/** What a class with Firefox needs: the same numbers, kept models, and threads on any host. */

import { fileURLToPath } from 'node:url';

import { expect, test } from '@playwright/test';

import { BASIC, expectNative } from './basic-numbers';
import { patch } from './command';
import { FIREFOX, FirefoxPage } from './firefox-page';
import { serveModel } from './model-server';
import { EMBEDDED, randomModel } from './models';
import { serveStatic } from './static-server';

const DIST = fileURLToPath(new URL('../../web/dist', import.meta.url));

test.skip(FIREFOX === '', 'this machine has no Firefox');
test.setTimeout(300_000);

let firefox: FirefoxPage;

test.beforeEach(async () => {
  firefox = await FirefoxPage.launch();
});

test.afterEach(async () => {
  expect(firefox.errors, 'messages in the console').toEqual([]);
  await firefox.close();
});

test('Firefox shows the native command’s numbers', async ({ baseURL }) => {
  await firefox.openReady(baseURL ?? '');
  expect(await firefox.isIsolated()).toBe(true);
  expectNative(await firefox.run(), patch(EMBEDDED, BASIC));
});

test('Firefox keeps a model that came over a bad connection, and loads it without its server', async ({
  baseURL,
}) => {
  const server = await serveModel(randomModel(), {
    dropFirst: { bytes: 20_000_000, times: 2 },
  });
  const address = `${baseURL ?? ''}?model=${encodeURIComponent(server.address)}&dtype=f16`;
  await firefox.openReady(address);
  await firefox.expectText('Kept on this machine: 1 model');
  const cells = await firefox.run();
  expectNative(cells, patch(randomModel(), BASIC, 'f16'));
  const { requests } = server;
  expect(requests).toBeGreaterThanOrEqual(3);
  await firefox.openReady(address);
  await firefox.expectText('Kept on this machine: 1 model');
  expect(await firefox.run()).toEqual(cells);
  expect(server.requests).toBe(requests);
  await server.close();
});

test('in Firefox a host that sends no headers gets threads by the service worker', async () => {
  const host = await serveStatic(DIST, '/class/patchboard/');
  await firefox.openReady(host.address);
  await firefox.page.waitForFunction(() => globalThis.crossOriginIsolated);
  await firefox.openReady(host.address);
  expectNative(await firefox.run(), patch(EMBEDDED, BASIC));
  await host.close();
  await firefox.openReady(host.address);
  expectNative(await firefox.run(), patch(EMBEDDED, BASIC));
});
