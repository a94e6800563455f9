/** What a first visit moves, counted where it is sent; what is kept of it; and what a new version moves. */

import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import type { Page } from '@playwright/test';

import { expect, type PatchboardPage, test } from './patchboard-page';
import { serveStatic, type StaticServer } from './static-server';

const DIST = fileURLToPath(new URL('../../web/dist', import.meta.url));
const SCOPE = '/class/patchboard/';
const OTHER_ENGINES = /^engine\/\w+\/(simd|single)\//;
/** Beside the model's own files, until the map is finished; as they are, and compressed. */
const UNTIL_MAP = { bytes: 1_300_000, compressed: 500_000 };
/** After the service worker is done. */
const IN_ALL = 1_600_000;

type Sent = StaticServer['sent'];

const withoutModel = (sent: Sent) => sent.filter(({ path }) => !path.startsWith('models/'));
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
const bytesOf = (sent: Sent) => sum(sent.map(({ content }) => content.byteLength));
const compressedBytesOf = (sent: Sent) =>
  sum(sent.map(({ content }) => gzipSync(content, { level: 9 }).byteLength));
const pathsOf = (sent: Sent) => sent.map(({ path }) => path).sort();

/** Every file of the page that this browser has a use for. */
const WANTED = readdirSync(DIST, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(DIST.length + 1))
  .filter(
    (path) =>
      !['_headers', 'NOTICES.md', 'licences.md'].includes(path) && !OTHER_ENGINES.test(path),
  )
  .filter((path) => !path.startsWith('tokenizers/'))
  .sort();

/** What the service worker keeps, by cache. */
function kept(page: Page): Promise<string[][]> {
  return page.evaluate(async () => {
    const names = await caches.keys();
    const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return all.map((requests) =>
      requests
        .map(({ url }) => url.slice(new URL('.', location.href).href.length) || 'index.html')
        .sort(),
    );
  });
}

async function expectKept(page: Page) {
  const files = WANTED.filter((path) => path !== 'service-worker.js');
  await expect.poll(() => kept(page)).toEqual([files]);
}

async function firstMap(patchboard: PatchboardPage, address: string) {
  await patchboard.page.goto(address);
  await expect(patchboard.runButton).toBeEnabled({ timeout: 40_000 });
  await patchboard.run();
}

test.use({
  serviceWorkers: 'allow',
  allowedErrors: /ERR_INTERNET_DISCONNECTED|status of 500|Failed to update a ServiceWorker/,
});

for (const isolates of [true, false]) {
  const host = isolates ? 'that sends headers' : 'that sends none';

  test(`on a host ${host} each file is moved once, and the page then opens offline`, async ({
    patchboard,
  }) => {
    const { page } = patchboard;
    const host = await serveStatic(DIST, SCOPE, { isolates });
    await firstMap(patchboard, host.address);
    const untilMap = withoutModel([...host.sent]);
    const cells = await patchboard.values();
    await expectKept(page);

    expect(pathsOf(host.sent)).toEqual(WANTED);
    expect(bytesOf(untilMap)).toBeLessThanOrEqual(UNTIL_MAP.bytes);
    expect(compressedBytesOf(untilMap)).toBeLessThanOrEqual(UNTIL_MAP.compressed);
    expect(bytesOf(withoutModel(host.sent))).toBeLessThanOrEqual(IN_ALL);

    await page.context().setOffline(true);
    await host.close();
    await firstMap(patchboard, host.address);
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true);
    expect(await patchboard.values()).toEqual(cells);
  });
}

test('what could not be fetched to be kept is fetched at the next visit, and nothing else', async ({
  patchboard,
}) => {
  let isBroken = true;
  const host = await serveStatic(DIST, SCOPE, {
    isolates: true,
    fails: (path) => isBroken && path === 'LICENSE.txt',
  });
  await firstMap(patchboard, host.address);
  const others = WANTED.filter((path) => path !== 'index.html');
  await expect.poll(() => host.requested).toEqual(expect.arrayContaining(others));
  await expect(patchboard.alerts).toHaveCount(0);
  isBroken = false;
  host.sent.length = 0;
  await firstMap(patchboard, host.address);
  await expectKept(patchboard.page);
  expect(pathsOf(host.sent)).toEqual(['LICENSE.txt']);
  await host.close();
});

test('a new version moves what changed, once it is whole, and takes the place of the old one', async ({
  patchboard,
}, testInfo) => {
  const folder = testInfo.outputPath('site');
  cpSync(DIST, folder, { recursive: true });
  const { page } = patchboard;
  const host = await serveStatic(folder, SCOPE);
  const licence = () => page.evaluate(async () => (await fetch('LICENSE.txt')).text());
  const visit = async () => {
    await page.goto('about:blank'); // no page of the version before is open
    await page.goto(host.address);
    await expect(patchboard.runButton).toBeEnabled({ timeout: 40_000 });
  };
  await firstMap(patchboard, host.address);
  await expectKept(page);
  const before = await licence();

  // A deployment of which the list of files is there first.
  const file = join(folder, 'LICENSE.txt');
  const worker = join(folder, 'service-worker.js');
  const digest = (text: string) => createHash('sha256').update(text).digest('base64');
  const after = `${before}\nAnd more.`;
  writeFileSync(
    worker,
    readFileSync(worker, 'utf8').replace(digest(before), () => digest(after)),
  );
  host.sent.length = 0;
  await visit();
  await expect.poll(() => pathsOf(host.sent)).toEqual(['LICENSE.txt', 'service-worker.js']);
  await visit();
  expect(await licence()).toBe(before);

  writeFileSync(file, after);
  host.sent.length = 0;
  await visit();
  const isWaiting = () =>
    page.evaluate(async (scope) => {
      const registration = await navigator.serviceWorker.getRegistration(scope);
      return registration?.waiting !== null;
    }, SCOPE);
  await expect.poll(isWaiting).toBe(true);
  // Of the same origin, but none of its pages.
  const beside = new URL('/beside', host.address).href;
  await page.route(beside, (route) => route.fulfill({ contentType: 'text/html', body: '' }));
  await page.goto(beside);
  await expect.poll(isWaiting).toBe(false);
  await visit();
  expect(await licence()).toBe(after);
  await expectKept(page);
  expect(pathsOf(host.sent)).toEqual(['LICENSE.txt']);
  await host.close();
});
