/** Models of other layouts than GPT-2 was published in, against the native command: from an address, the disk, a copy. */

import { type PatchOutput, patchExperiment } from './command';
import { type ModelServer, serveModel } from './model-server';
import { expect, type PatchboardPage, test } from './patchboard-page';

// The browser itself writes these about a server that is away.
test.use({ allowedErrors: /Failed to load resource|ERR_/ });

const GOLDEN = new URL('../golden', import.meta.url).pathname;
const GPT_NEO = `${GOLDEN}/models/gpt-neo`;

let server: ModelServer;

test.afterEach(async () => {
  await server.close();
});

/** As the page begins where a model has no tokenizer. Longer than the window of its local layers. */
const IDS = { clean: [1, 2, 3, 4], corrupted: [1, 5, 3, 4] };

async function beginWithIds(patchboard: PatchboardPage) {
  const { page } = patchboard;
  await page.getByRole('button', { name: 'Begin with ids' }).click();
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
