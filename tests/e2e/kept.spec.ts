/** Models of which something is on this machine: kept ones, and files that somebody chooses. */

import { cpSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { type ModelServer, serveModel } from './model-server';
import { EMBEDDED } from './models';
import { expect, type PatchboardPage, test } from './patchboard-page';
import { serveStatic, type StaticServer } from './static-server';

const NO_STORAGE = 'This browser gives the page no storage: the model is not kept for next time.';

test.use({ allowedErrors: /Failed to load resource|ERR_/ });

const LOAD = `Load ${(statSync(`${EMBEDDED}/model.safetensors`).size / 1e6).toFixed(1)} MB`;

const DIST = fileURLToPath(new URL('../../web/dist', import.meta.url));

let server: ModelServer;

test.beforeEach(async () => {
  server = await serveModel(EMBEDDED);
});

test.afterEach(async () => {
  await server.close();
});

const link = () => `?model=${encodeURIComponent(server.address)}`;

const expectLoaded = (patchboard: PatchboardPage) =>
  patchboard.expectInUse(`In use: ${server.address}`);

test('a small model is kept whole, and its link opens without its server', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openReady(link());
  await expectLoaded(patchboard);
  await patchboard.expectKept(1);
  await page.getByText('Kept on this machine: 1 model').click();
  await expect(page.getByText(/f16, \d\.\d MB/)).toBeVisible();
  await expect(page.getByText('not whole yet')).toHaveCount(0);
  await server.close();
  await patchboard.openReady(link());
  await expectLoaded(patchboard);
  await expect(patchboard.alerts).toHaveCount(0);
  await patchboard.run();
});

test('a damaged text of a kept model is fetched again, and nothing else', async ({
  patchboard,
}) => {
  const { page } = patchboard;
  await patchboard.openReady(link());
  await patchboard.show('Model');
  await patchboard.expectKept(1);
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const models = await root.getDirectoryHandle('models');
    type Folders = AsyncIterable<FileSystemDirectoryHandle>;
    for await (const folder of (models as unknown as { values(): Folders }).values()) {
      const file = await folder.getFileHandle('vocab.json');
      const writable = await file.createWritable();
      await writable.write('{"a": 1}');
      await writable.close();
    }
  });
  server.exchanges.length = 0;
  await patchboard.openReady(link());
  await expectLoaded(patchboard);
  await expect(page.getByText('vocab.json was fetched again')).toBeVisible();
  expect(server.exchanges.map(({ file }) => file)).toEqual(['vocab.json']);
  await patchboard.run();
});

test('a model whose size nobody can tell is not fetched unasked', async ({ patchboard }) => {
  const whole = readFileSync(`${EMBEDDED}/model.safetensors`);
  const header = whole.subarray(8, 8 + Number(whole.readBigUInt64LE()));
  const padded = Buffer.concat([Buffer.alloc(8), header, Buffer.alloc(200_000, ' ')]);
  padded.writeBigUInt64LE(BigInt(padded.length - 8));
  const rest = whole.subarray(8 + header.length);
  server.how = { replace: { 'model.safetensors': Buffer.concat([padded, rest]) } };
  await patchboard.open(link());
  await expect(patchboard.page.getByText('Its size is not known.')).toBeVisible();
  await expect(patchboard.loadButton).toHaveText('Load');
  expect(server.requests).toBe(0);
  await patchboard.loadButton.click();
  await expectLoaded(patchboard);
  await patchboard.run();
});

for (const width of [1280, 390]) {
  test(`Load stays under the pointer while sizes arrive, ${width} wide`, async ({ patchboard }) => {
    const { page } = patchboard;
    await page.setViewportSize({ width, height: 844 });
    await patchboard.openScene(`${link()}&dtype=q8_0`);
    await expectLoaded(patchboard);
    await patchboard.openScene();
    await patchboard.chooseAddress(server.address);
    await expect(patchboard.loadButton).toHaveText('Load');
    const before = await patchboard.loadButton.boundingBox();
    await page.keyboard.press('Tab');
    await expect(patchboard.loadButton).toHaveText(LOAD);
    await expect(page.getByRole('option', { name: /q8_0.* MB\), kept here/ })).toHaveCount(1);
    expect(await patchboard.loadButton.boundingBox()).toEqual(before);
    await patchboard.modelSelect.selectOption('gpt2-xl');
    const small = await patchboard.loadButton.boundingBox();
    await patchboard.dtypeSelect.selectOption('q8_0');
    expect(await patchboard.loadButton.boundingBox()).toEqual(small);
  });
}

test('a page opened with files asks for them again', async ({ patchboard }) => {
  const { page } = patchboard;
  await patchboard.openReady();
  await patchboard.show('Model');
  await patchboard.modelSelect.selectOption('disk');
  await page.getByLabel('Folder').setInputFiles(EMBEDDED);
  await page.getByRole('button', { name: LOAD }).click();
  await expect(page.getByText('In use: a model from this disk (model)')).toBeVisible();
  await expect.poll(() => new URL(page.url()).searchParams.get('model')).toBe('files');
  await page.reload();
  await expect(page.getByText('Choose its folder once more.')).toBeVisible();
  await expect(patchboard.modelSelect).toHaveValue('disk');
  await expect(patchboard.alerts).toHaveCount(0);
  await page.getByLabel('Folder').setInputFiles(EMBEDDED);
  await page.getByRole('button', { name: LOAD }).click();
  await patchboard.run();
});

test('several models in a folder are a question', async ({ patchboard }) => {
  const { page } = patchboard;
  const run = new URL('../../build/fixtures/run', import.meta.url).pathname;
  rmSync(run, { recursive: true, force: true });
  for (const checkpoint of ['checkpoint-500', 'checkpoint-1000']) {
    mkdirSync(`${run}/${checkpoint}`, { recursive: true });
    cpSync(EMBEDDED, `${run}/${checkpoint}`, { recursive: true });
  }
  cpSync(`${EMBEDDED}/config.json`, `${run}/config.json`);
  await patchboard.openReady();
  await patchboard.show('Model');
  await patchboard.modelSelect.selectOption('disk');
  await page.getByLabel('Folder').setInputFiles(run);
  await expect(page.getByRole('radio', { name: /run\/checkpoint/ })).toHaveCount(2);
  await expect(page.getByRole('button', { name: /^Load/ })).toBeDisabled();
  await page.getByRole('radio', { name: 'run/checkpoint-1000' }).check();
  await page.getByRole('button', { name: LOAD }).click();
  await patchboard.expectInUse('In use: a model from this disk (run/checkpoint-1000)');
});

/** The page from a host that puts something before one of its scripts. */
test.describe('in a browser of which something was taken away', () => {
  let host: StaticServer | undefined;

  test.afterEach(() => host?.close());

  /** Opens the model's link. Playwright's own ways of changing a script take its worker's network away. */
  async function openWith({ page }: PatchboardPage, path: RegExp, script: string) {
    host = await serveStatic(DIST, '/class/', { isolates: true, begin: { path, script } });
    await page.goto(host.address + link());
  }

  async function expectRuns(patchboard: PatchboardPage) {
    await expectLoaded(patchboard);
    await expect(patchboard.runButton).toBeEnabled();
    await expect(patchboard.alerts).toHaveCount(0);
    await patchboard.run();
  }

  const NO_DIRECTORY = `StorageManager.prototype.getDirectory = () =>
    Promise.reject(new DOMException('no', 'SecurityError'))`;
  const NO_HANDLES = 'delete FileSystemFileHandle.prototype.createSyncAccessHandle';

  for (const [what, name, script] of [
    ['gives no storage', /\/worker-/, NO_DIRECTORY],
    ['cannot write files', /writer-worker-/, NO_HANDLES],
  ] as const) {
    test(`a browser that ${what} loads, with one plain sentence`, async ({ patchboard }) => {
      await openWith(patchboard, name, script);
      await expectRuns(patchboard);
      await expect(patchboard.page.getByText(NO_STORAGE)).toHaveCount(1);
    });
  }

  test('a browser without createWritable keeps models all the same', async ({ patchboard }) => {
    const script = 'delete FileSystemFileHandle.prototype.createWritable';
    await openWith(patchboard, /writer-worker-/, script);
    await expectRuns(patchboard);
    await patchboard.expectKept(1);
    await server.close();
    await patchboard.page.reload();
    await expectRuns(patchboard);
  });

  test('a writer that dies in the middle does not stop the load', async ({ patchboard }) => {
    test.setTimeout(150_000);
    const dying = `let messages = 0;
      addEventListener('message', () => { if (++messages === 1) self.close(); })`;
    await openWith(patchboard, /writer-worker-/, dying);
    const { page } = patchboard;
    const loaded = page.getByText(`In use: ${server.address}`);
    await expect(loaded).toBeVisible({ timeout: 90_000 });
    await expect(page.getByText('was silent for 30 s')).toBeVisible();
    await expectRuns(patchboard);
  });
});
