/** What a class with Firefox needs: the same numbers, kept models, and threads on any host. */

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, test } from '@playwright/test';

import { BASIC, expectNative } from './basic-numbers';
import { patch } from './command';
import { FIREFOX, FirefoxPage } from './firefox-page';
import { serveModel } from './model-server';
import { EMBEDDED, randomModel } from './models';
import { serveStatic, type StaticServer } from './static-server';

const DIST = fileURLToPath(new URL('../../web/dist', import.meta.url));

test.skip(FIREFOX === '', 'this machine has no Firefox');
test.setTimeout(300_000);

let firefox: FirefoxPage;

test.beforeEach(async () => {
  firefox = await FirefoxPage.launch();
});

test.afterEach(async () => {
  const info = test.info();
  if (info.status !== info.expectedStatus) {
    await info.attach('the page', { body: await firefox.standing(), contentType: 'text/plain' });
  }
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
  const address = `${baseURL ?? ''}?target=+Jones&target=+Smith&model=${encodeURIComponent(server.address)}&dtype=f16`;
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

/** What was sent more than once. */
const twice = ({ sent }: StaticServer) =>
  sent.map(({ path }) => path).filter((path, index, all) => all.indexOf(path) !== index);

for (const isolates of [true, false]) {
  const kind = isolates ? 'with headers' : 'without headers';
  test(`in Firefox a first visit to a host ${kind} moves each file once`, async () => {
    const host = await serveStatic(DIST, '/class/patchboard/', { isolates });
    await firefox.openReady(host.address);
    await firefox.run();
    // What the service worker fetches for later visits.
    const scripts = readdirSync(`${DIST}/assets`).map((name) => `assets/${name}`);
    await expect.poll(() => host.requested).toEqual(expect.arrayContaining(scripts));
    await firefox.openReady(host.address);
    expect(twice(host)).toEqual([]);
    await host.close();
  });
}

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
