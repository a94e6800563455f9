/** Models that are fetched over bad connections, kept, resumed, damaged and removed. */

import { readFileSync } from 'node:fs';

import type { Page } from '@playwright/test';

import { convert } from './command';
import { type Misbehaviour, type ModelServer, serveModel } from './model-server';
import { EMBEDDED, randomModel } from './models';
import type { Cell } from './cells';
import { expect, loadButtonOf, PatchboardPage, test } from './patchboard-page';

const WHOLE = readFileSync(`${randomModel()}/model.safetensors`);

// The browser itself writes these about connections that end.
test.use({ allowedErrors: /Failed to load resource|ERR_/ });

let server: ModelServer;

test.afterEach(async () => {
  await server.close();
});

async function serve(how: Misbehaviour = {}, folder = randomModel()) {
  server = await serveModel(folder, how);
}

async function expectLoaded(patchboard: PatchboardPage) {
  await patchboard.expectInUse(`In use: ${server.address}`);
}

async function loadIt(patchboard: PatchboardPage) {
  await patchboard.load(server.address);
  await expectLoaded(patchboard);
}

/** What the weights give: the same to the bit where they are the same. */
async function heatmap(patchboard: PatchboardPage): Promise<Cell[]> {
  await patchboard.run();
  return patchboard.values();
}

let undisturbed: Cell[] | undefined;

/** The same values as over a good connection, without a message; and the next visit loads them too. */
async function expectSameWeights(patchboard: PatchboardPage) {
  const cells = await heatmap(patchboard);
  await expect(patchboard.alerts).toHaveCount(0);
  if (!undisturbed) {
    const { how, requests } = server;
    server.how = {};
    await removeKept(patchboard.page);
    await patchboard.openReady();
    await loadIt(patchboard);
    undisturbed = await heatmap(patchboard);
    Object.assign(server, { how, requests });
  }
  expect(cells).toEqual(undisturbed);
}

/** A file of what the page keeps, or its size. */
async function keptFile(page: Page, name: string): Promise<number | undefined> {
  return page.evaluate(async (wanted) => {
    const root = await navigator.storage.getDirectory();
    const models = await root.getDirectoryHandle('models', { create: true });
    for await (const folder of (
      models as unknown as { values(): AsyncIterable<unknown> }
    ).values()) {
      try {
        const file = await (folder as FileSystemDirectoryHandle).getFileHandle(wanted);
        return (await file.getFile()).size;
      } catch {
        // not in this one
      }
    }
    return undefined;
  }, name);
}

async function removeKept(page: Page) {
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    await root.removeEntry('models', { recursive: true });
  });
}

test('a model that is kept loads at the next visit without its server', async ({ patchboard }) => {
  await serve();
  await patchboard.openReady();
  await loadIt(patchboard);
  const cells = await heatmap(patchboard);
  await patchboard.expectKept(1);
  expect(server.requests).toBe(1);
  server.how = { status: { 'config.json': 500, 'model.safetensors': 500 } };
  await patchboard.openReady();
  await loadIt(patchboard);
  expect(await heatmap(patchboard)).toEqual(cells);
  expect(server.requests).toBe(1);
});

test('each format is kept by itself, as small as it is, and can be removed', async ({
  patchboard,
}) => {
  await serve();
  await patchboard.openReady(`?model=${encodeURIComponent(server.address)}&dtype=q8_0`);
  await expectLoaded(patchboard);
  await expect.poll(() => keptFile(patchboard.page, 'model.safetensors')).toBeLessThan(12_000_000);
  await patchboard.page.getByText('Kept on this machine').click();
  await expect(patchboard.page.getByText(/q8_0, 11 MB/)).toBeVisible();
  await patchboard.page.getByRole('button', { name: /^Remove .* in q8_0$/ }).click();
  await expect(patchboard.page.getByText('Kept on this machine')).toHaveCount(0);
  expect(await keptFile(patchboard.page, 'model.safetensors')).toBeUndefined();
});

const DROPS = 30;

test('a connection that drops again and again gives the same weights', async ({ patchboard }) => {
  await serve({ dropEvery: Math.ceil(WHOLE.length / DROPS) });
  await patchboard.openReady();
  await patchboard.load(server.address);
  await expect(patchboard.page.getByText(/Paused, trying again in/)).toBeVisible();
  await patchboard.expectInUse(`In use: ${server.address}`, 120_000);
  expect(server.requests).toBeGreaterThanOrEqual(DROPS);
  await expectSameWeights(patchboard);
});

test('a server without ranges works, from the start', async ({ patchboard }) => {
  await serve({ ignoreRange: true, dropFirst: { bytes: 20_000_000, times: 2 } });
  await patchboard.openReady();
  await loadIt(patchboard);
  expect(server.requests).toBe(3);
  await expectSameWeights(patchboard);
});

test('a file that changes midway is read again, and the page says so', async ({ patchboard }) => {
  const to = Buffer.from(WHOLE);
  to.writeUInt8(to.readUInt8(30_000_000) ^ 1, 30_000_000);
  await serve({ dropFirst: { bytes: 20_000_000, times: 1 }, change: { after: 1, to } });
  await patchboard.openReady();
  await loadIt(patchboard);
  await expect(patchboard.page.getByText('the file changed on the server')).toBeVisible();
  await patchboard.run();
});

test('a server that lies about the length gives its file in parts', async ({ patchboard }) => {
  await serve({ lieBy: 10 });
  await patchboard.openReady();
  await loadIt(patchboard);
  await expectSameWeights(patchboard);
});

test('a small file whose connection drops is read on', async ({ patchboard }) => {
  await serve({ cutOnce: 'vocab.json' });
  await patchboard.openReady();
  await loadIt(patchboard);
  expect(server.exchanges.filter(({ file }) => file === 'vocab.json')).toHaveLength(2);
  await expectSameWeights(patchboard);
});

test('a busy server is asked again', async ({ patchboard }) => {
  await serve({ failFirst: { status: 503, times: 2 } });
  await patchboard.openReady();
  await loadIt(patchboard);
  await expectSameWeights(patchboard);
});

const REFUSED: { what: string; how: Misbehaviour; message: RegExp }[] = [
  { what: '403', how: { status: { 'model.safetensors': 403 } }, message: /answered 403/ },
  { what: 'HTML', how: { html: 'model.safetensors' }, message: /sent a web page/ },
  {
    what: 'a file that is cut off',
    how: { replace: { 'model.safetensors': WHOLE.subarray(0, 30_000_000) } },
    message: /the file ends at byte 30000000, inside `.+`, \d+ bytes too early/,
  },
  {
    what: 'a file with a byte that makes no number',
    how: { replace: { 'model.safetensors': withNan() } },
    message: /is nan, expected a finite number/,
  },
];

function withNan(): Buffer {
  const damaged = Buffer.from(WHOLE);
  damaged.writeUInt32LE(0x7fc00000, damaged.length - 4_000_000);
  return damaged;
}

for (const { what, how, message } of REFUSED) {
  test(`${what}: a clear message, and nothing is left of it`, async ({ patchboard }) => {
    await serve(how);
    await patchboard.openReady();
    await patchboard.load(server.address);
    await expect(patchboard.alerts.filter({ hasText: message })).toBeVisible();
    await patchboard.expectInUse('This is not GPT-2.');
    server.how = {};
    await patchboard.loadButton.click();
    await expectLoaded(patchboard);
    await expectSameWeights(patchboard);
  });
}

test('a checksum in config.json that does not fit is said, and nothing is kept', async ({
  patchboard,
}) => {
  const config = JSON.parse(readFileSync(`${randomModel()}/config.json`, 'utf8')) as object;
  const patchboardKey = { xxh64: { 'model.safetensors': '0123456789abcdef' } };
  const text = JSON.stringify({ ...config, patchboard: patchboardKey });
  await serve({ replace: { 'config.json': text } });
  await patchboard.openReady();
  await patchboard.load(server.address);
  await expect(patchboard.alerts).toContainText('expected 0123456789abcdef');
  expect(await keptFile(patchboard.page, 'model.safetensors.partial')).toBeUndefined();
});

test('a model that was converted loads as it is, and its checksum fits', async ({ patchboard }) => {
  const folder = `${randomModel()}-f16`;
  convert(randomModel(), 'f16', folder);
  await serve({}, folder);
  await patchboard.openReady(`?model=${encodeURIComponent(server.address)}`);
  await expectLoaded(patchboard);
  await expect(patchboard.dtypeSelect).toHaveValue('f16');
  const cells = await heatmap(patchboard);
  await expect(patchboard.alerts).toHaveCount(0);
  await server.close();
  await serve();
  await patchboard.openReady(`?model=${encodeURIComponent(server.address)}&dtype=f16`);
  await expectLoaded(patchboard);
  expect(await heatmap(patchboard)).toEqual(cells);
});

test('a checksum goes on where a load that failed is continued', async ({ patchboard }) => {
  const folder = `${randomModel()}-f16`;
  convert(randomModel(), 'f16', folder);
  await serve({ dropFirst: { bytes: 18_000_000, times: 1 } }, folder);
  await patchboard.openReady(`?dtype=f16`);
  await patchboard.chooseAddress(server.address);
  await patchboard.dtypeSelect.selectOption('f16');
  await patchboard.loadButton.click();
  await expect.poll(() => server.requests).toBe(1);
  server.how = { status: { 'model.safetensors': 404 } };
  await expect(patchboard.alerts).toContainText('answered 404');
  server.how = {};
  const { sent } = server;
  await patchboard.loadButton.click();
  await expectLoaded(patchboard);
  await expect(patchboard.alerts).toHaveCount(0);
  expect(server.sent - sent).toBeLessThan(12_500_000);
});

test('a load that was cancelled goes on at the next visit', async ({ patchboard }) => {
  await serve({ stallAfter: 36_000_000 });
  await patchboard.openReady();
  await patchboard.load(server.address);
  await expect(patchboard.page.getByText(/36 MB of 40 MB/)).toBeVisible();
  await expect
    .poll(() => keptFile(patchboard.page, 'model.safetensors.partial'))
    .toBeGreaterThan(33_000_000);
  await patchboard.page.getByRole('button', { name: 'Cancel loading' }).click();
  await patchboard.openReady();
  await patchboard.show('Model');
  await expect(
    patchboard.page.getByText('Kept on this machine: 1 model, 1 not whole yet'),
  ).toBeVisible();
  await loadIt(patchboard);
  expect(server.sent).toBeLessThan(36_000_000 + WHOLE.length - 33_000_000);
  await expectSameWeights(patchboard);
});

test('a copy that was damaged is thrown away and fetched again', async ({ patchboard }) => {
  await serve();
  await patchboard.openReady();
  await loadIt(patchboard);
  await patchboard.expectKept(1);
  await patchboard.page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const models = await root.getDirectoryHandle('models');
    type Folders = AsyncIterable<FileSystemDirectoryHandle>;
    for await (const folder of (models as unknown as { values(): Folders }).values()) {
      const file = await folder.getFileHandle('model.safetensors');
      const writable = await file.createWritable({ keepExistingData: true });
      await writable.write({
        type: 'write',
        position: 20_000_000,
        data: new Uint8Array([1, 2, 3]),
      });
      await writable.close();
    }
  });
  await patchboard.openReady();
  await loadIt(patchboard);
  await expect(patchboard.page.getByText(/Fetched again, since .* damaged/)).toBeVisible();
  expect(server.requests).toBe(2);
  await expectSameWeights(patchboard);
});

test('a disk without room is no error', async ({ patchboard }) => {
  await serve();
  const client = await patchboard.page.context().newCDPSession(patchboard.page);
  await patchboard.openReady();
  const { origin } = new URL(patchboard.page.url());
  await client.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 5_000_000 });
  await loadIt(patchboard);
  await expect(patchboard.page.getByText(/no room on this machine/)).toBeVisible();
  expect(await keptFile(patchboard.page, 'model.safetensors.partial')).toBeUndefined();
  await patchboard.run();
});

test('a browser that refuses storage loads all the same', async ({ patchboard }) => {
  await serve();
  await patchboard.page.addInitScript(() => {
    Object.defineProperty(StorageManager.prototype, 'getDirectory', {
      value: () => Promise.reject(new DOMException('refused', 'SecurityError')),
    });
  });
  await patchboard.openReady();
  await loadIt(patchboard);
  await patchboard.run();
});

test('two tabs load the same model at once', async ({ patchboard, context }) => {
  await serve({ slow: { file: 'model.safetensors', pieces: 20, pauseMs: 100 } });
  await patchboard.openReady();
  const second = await context.newPage();
  await second.goto(patchboard.page.url());
  await patchboard.load(server.address);
  await expect(patchboard.page.getByRole('progressbar')).toBeVisible();
  await new PatchboardPage(second).show('Model');
  await second.getByRole('combobox', { name: 'Model' }).selectOption('other');
  await second.getByLabel('Address of a folder', { exact: false }).fill(server.address);
  await loadButtonOf(second).click();
  await expect(second.getByText(/Another tab is fetching this model/)).toBeVisible();
  await expect(second.getByText(`In use: ${server.address}`)).toBeVisible();
  await expectLoaded(patchboard);
  await expectSameWeights(patchboard);
});

test('ten changes of the model leave one worker', async ({ patchboard }) => {
  await serve({}, EMBEDDED);
  await patchboard.openReady();
  for (let change = 0; change < 5; change++) {
    await loadIt(patchboard);
    await patchboard.show('Model');
    await patchboard.modelSelect.selectOption('embedded');
    await patchboard.expectInUse('This is not GPT-2.');
  }
  const models = () => patchboard.page.workers().filter((each) => each.url().includes('/worker-'));
  await expect.poll(() => models().length).toBe(1);
  await patchboard.run();
});

test('files from this machine load, whole or in parts', async ({ patchboard }) => {
  await serve();
  await patchboard.openReady();
  await patchboard.show('Model');
  await patchboard.modelSelect.selectOption('disk');
  const folder = patchboard.page.getByLabel('Folder');
  await folder.setInputFiles(randomModel());
  await expect(patchboard.page.getByText(/Nothing is uploaded/)).toBeVisible();
  await patchboard.page.getByRole('button', { name: 'Load 40 MB' }).click();
  await expect(patchboard.page.getByText('In use: a model from this disk')).toBeVisible();
  await expectSameWeights(patchboard);
  expect(server.requests).toBeLessThanOrEqual(1);
});
