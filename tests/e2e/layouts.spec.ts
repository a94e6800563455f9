/** Models of other layouts than GPT-2 was published in, against the native command: from an address, the disk, a copy. */

import type { Page } from '@playwright/test';

import type { Cell } from './cells';
import { type PatchOutput, patchExperiment } from './command';
import { type ModelServer, serveModel } from './model-server';
import { ggufModel, ggufOf } from './models';
import { expect, type PatchboardPage, test } from './patchboard-page';

// The browser itself writes these about a server that is away.
test.use({ allowedErrors: /Failed to load resource|ERR_/ });

const GOLDEN = new URL('../golden', import.meta.url).pathname;
const GPT_NEO = `${GOLDEN}/models/gpt-neo`;
const TORCH = `${GOLDEN}/torch`;

let server: ModelServer;

test.afterEach(async () => {
  await server.close();
});

/** As the page begins where a model has no tokenizer. Longer than the window of its local layers. */
const IDS = { clean: [1, 2, 3, 4], corrupted: [1, 5, 3, 4] };

/** As a hand drops them in the middle of the page: what a script makes of a file is none of a disk. */
async function drop(page: Page, files: string[]) {
  const browser = await page.context().newCDPSession(page);
  const what = { x: 640, y: 360, data: { items: [], files, dragOperationsMask: 1 } };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await browser.send('Input.dispatchDragEvent', { type, ...what });
  }
}

/** Begins where there is no text; what the model before showed is not what is finished. */
async function beginWithIds(patchboard: PatchboardPage) {
  await patchboard.page.getByRole('button', { name: 'Begin with ids' }).click();
  await expect(async () => {
    const cells = await patchboard.values();
    expect(cells.some(({ target }) => target.startsWith('#'))).toBe(true);
  }).toPass({ timeout: 60_000 });
  await patchboard.finish();
}

/** Compares every cell that is shown with the command's. */
async function expectNative(patchboard: PatchboardPage, model: string, dtype: string) {
  const cells = (await patchboard.values()).filter(({ target }) => target.startsWith('#'));
  expect(cells.length).toBeGreaterThan(0);
  const natives = new Map<string, PatchOutput>();
  for (const { target, layer, position, prob } of cells) {
    const targets = [Number(target.slice(1))];
    const native =
      natives.get(target) ?? patchExperiment(model, { patchboard: 1, ...IDS, targets }, dtype);
    natives.set(target, native);
    const value = native.results.sweeps[0]?.prob[0]?.[layer]?.[position] ?? NaN;
    expect(Math.abs(prob - value)).toBeLessThanOrEqual(1e-5);
  }
}

for (const dtype of ['f16', 'q8_0']) {
  test(`a GPT-Neo in ${dtype} loads from its address, is kept, and opens without its server`, async ({
    patchboard,
  }) => {
    server = await serveModel(GPT_NEO);
    const link = `?model=${encodeURIComponent(server.address)}&dtype=${dtype}`;
    await patchboard.open(link);
    await patchboard.expectInUse(`In use: ${server.address}`);
    await patchboard.expectInUse('3 layers, 2 heads, d_model 10, 11 tokens');
    await patchboard.close();
    await beginWithIds(patchboard);
    await expectNative(patchboard, GPT_NEO, dtype);
    await patchboard.expectKept(1);
    await server.close();
    await patchboard.open(link);
    await patchboard.expectInUse(`In use: ${server.address}`);
    await patchboard.close();
    await beginWithIds(patchboard);
    await expectNative(patchboard, GPT_NEO, dtype);
    await expect(patchboard.alerts).toHaveCount(0);
  });
}

test('a GPT-Neo in a folder that is chosen has the command’s map', async ({ patchboard }) => {
  server = await serveModel(GPT_NEO);
  const { page } = patchboard;
  await patchboard.openScene();
  await patchboard.show('Model');
  await patchboard.modelSelect.selectOption('disk');
  await page.getByLabel('Folder').setInputFiles(GPT_NEO);
  await patchboard.loadButton.click();
  await patchboard.expectInUse('In use: a model from this disk (gpt-neo)');
  await patchboard.close();
  await beginWithIds(patchboard);
  await expectNative(patchboard, GPT_NEO, 'f32');
});

const WEIGHTS = 'pytorch_model.bin';
const ASSUMED = 'it is run with gelu (by erf), as nanoGPT has it since 2023';

async function shownCells(patchboard: PatchboardPage): Promise<Cell[]> {
  await patchboard.close();
  await beginWithIds(patchboard);
  return patchboard.values();
}

async function choose(patchboard: PatchboardPage, ...names: string[]) {
  await patchboard.openScene();
  await patchboard.show('Model');
  await patchboard.modelSelect.selectOption('disk');
  const files = names.map((name) => `${TORCH}/${name}`);
  await patchboard.page.getByLabel('Files', { exact: true }).setInputFiles(files);
  await patchboard.loadButton.click();
}

test('a folder with PyTorch’s own file loads in parts, is kept, opens without its server, and has the map of its GGUF', async ({
  patchboard,
}) => {
  server = await serveModel(TORCH);
  const link = `?model=${encodeURIComponent(server.address)}&dtype=f16`;
  await patchboard.open(link);
  await patchboard.expectInUse(`In use: ${server.address}`);
  const asked = server.exchanges.filter(({ file }) => file === WEIGHTS);
  expect(asked.map(({ headers }) => headers.range)).not.toContain(undefined);
  const cells = await shownCells(patchboard);
  await expectNative(patchboard, `${TORCH}/${WEIGHTS}`, 'f16');
  await patchboard.expectKept(1);
  await server.close();
  await patchboard.open(link);
  await patchboard.expectInUse(`In use: ${server.address}`);
  expect(await shownCells(patchboard)).toEqual(cells);
  await expect(patchboard.alerts).toHaveCount(0);
  server = await serveModel(ggufOf(`${TORCH}/${WEIGHTS}`));
  await patchboard.open(`?model=${encodeURIComponent(`${server.address}model.gguf`)}&dtype=f16`);
  await patchboard.expectInUse(`In use: ${server.address}model.gguf`);
  expect(await shownCells(patchboard)).toEqual(cells);
});

test('PyTorch’s own files open by their address, in several files, and of training alone', async ({
  patchboard,
}) => {
  const parts = ['pytorch_model-00001-of-00002.bin', 'pytorch_model-00002-of-00002.bin'];
  const weight_map = { a: parts[0], b: parts[1] };
  const index = { [`${WEIGHTS}.index.json`]: JSON.stringify({ weight_map }) };
  server = await serveModel(TORCH, { replace: index });
  for (const name of ['legacy.bin', 'ckpt.pt', parts[1] ?? '']) {
    await patchboard.openScene();
    await patchboard.load(server.address + name);
    const inUse = name === parts[1] ? `${WEIGHTS}.index.json` : name;
    await patchboard.expectInUse(`In use: ${server.address}${inUse}`);
    const cells = await shownCells(patchboard);
    expect(cells.length).toBeGreaterThan(0);
    await expectNative(patchboard, `${TORCH}/${name === 'ckpt.pt' ? name : WEIGHTS}`, 'f32');
  }
  server.how = { ...server.how, status: { 'config.json': 404 } };
  await patchboard.openScene();
  await patchboard.load(`${server.address}ckpt_legacy.pt`);
  await patchboard.expectInUse(ASSUMED);
});

test('a server that gives no parts, and a pickle that calls something, are told in a line', async ({
  patchboard,
}) => {
  server = await serveModel(TORCH, { ignoreRange: true });
  await patchboard.openScene();
  await patchboard.load(server.address + WEIGHTS);
  const told = (text: string) => patchboard.alerts.filter({ hasText: text });
  await expect(told('download it and choose it among the files on this machine')).toBeVisible();
  server.how = {};
  await patchboard.load(`${server.address}malicious.bin`);
  await expect(told('calls `posix.system`')).toBeVisible();
  await choose(patchboard, 'malicious.bin', 'config.json');
  await expect(told('nothing was executed')).toBeVisible();
  await choose(patchboard, 'f16.bin');
  await expect(told('expected its config.json beside it')).toBeVisible();
});

test('PyTorch’s own files that are chosen or dropped open, and a GGUF that is dropped', async ({
  patchboard,
}) => {
  server = await serveModel(TORCH);
  const { page } = patchboard;
  await choose(patchboard, WEIGHTS, 'config.json');
  await patchboard.expectInUse('In use: a model from this disk');
  const cells = await shownCells(patchboard);
  await choose(patchboard, 'ckpt.pt');
  await patchboard.expectInUse(ASSUMED);
  await patchboard.openScene();
  await drop(page, [`${TORCH}/${WEIGHTS}`, `${TORCH}/config.json`]);
  await patchboard.loadButton.click();
  await patchboard.expectInUse('In use: a model from this disk');
  expect(await shownCells(patchboard)).toEqual(cells);
  await patchboard.openScene();
  await drop(page, [`${ggufModel()}/model.q8_0.gguf`]);
  await patchboard.loadButton.click();
  await patchboard.expectInUse('In use: a model from this disk (model.q8_0.gguf)');
});
