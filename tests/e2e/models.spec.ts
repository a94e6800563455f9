import { patch, patchExperiment } from './command';
import { type ModelServer, serveModel } from './model-server';
import { EMBEDDED, randomModel } from './models';
import { expect, type PatchboardPage, test } from './patchboard-page';

// Long enough for some seconds of work in a model of 12 layers.
const LONG = 'The player who has won the most Champions League titles is here. '.repeat(3).trim();

/** What is measured does not follow what a model of random weights answers. */
const PINNED = '?target=+Jones&target=+Smith';

/** What is run where a map of the stream after each layer is. */
const SITES = ['resid_post', { site: 'resid_pre', layers: [0, 1] }];

/** Runs a long prompt on a larger model; the server that it came from is the caller's to close. */
async function startLongSweep(patchboard: PatchboardPage): Promise<ModelServer> {
  const server = await serveModel(randomModel());
  await patchboard.openReady(PINNED);
  await patchboard.load(server.address);
  await patchboard.expectInUse(`In use: ${server.address}`);
  await patchboard.clean.fill(`Jones. ${LONG}`);
  await patchboard.corrupted.fill(`Smith. ${LONG}`);
  // By either name: a run that began by itself meanwhile would be over before the button is “Run” again.
  await patchboard.page.getByRole('button', { name: /^(Run|Cancel)$/ }).click();
  await expect(async () => {
    // A click that came late has cancelled it.
    if (!(await patchboard.cancelButton.isVisible())) await patchboard.runButton.click();
    await expect(patchboard.cancelButton).toBeVisible({ timeout: 2000 });
  }).toPass();
  return server;
}

/** What the last run computed, as the page tells it. */
async function blockRows(patchboard: PatchboardPage): Promise<number> {
  const work = patchboard.page.getByText('The work of the last run');
  const text = (await work.textContent()) ?? '';
  return Number(/: ([\d,]+) block-rows/.exec(text)?.[1]?.replaceAll(',', ''));
}

test('a model loads from another server by its address, and gives the native numbers', async ({
  patchboard,
}) => {
  const folder = randomModel();
  const slow = { file: 'model.safetensors', pieces: 8, pauseMs: 150 };
  const server = await serveModel(folder, { slow });
  await patchboard.openReady(PINNED);
  await patchboard.chooseAddress(server.address);
  const button = patchboard.loadButton;
  await patchboard.page.keyboard.press('Tab');
  await expect(button).toContainText('MB');
  await button.click();
  await expect(patchboard.page.getByText(/of 40 MB · .*\/s · \d+ s left/)).toBeVisible();
  await patchboard.expectInUse(`In use: ${server.address}`);
  await patchboard.run();
  const cells = await patchboard.values();
  const native = patch(folder, {
    clean: await patchboard.clean.inputValue(),
    corrupted: await patchboard.corrupted.inputValue(),
    targets: [' Jones', ' Smith'],
  });
  for (const { target, layer, position, prob } of cells) {
    const index = target === ' Jones' ? 0 : 1;
    const difference = Math.abs(prob - (native.prob[index]?.[layer]?.[position] ?? NaN));
    expect(difference).toBeLessThanOrEqual(1e-5);
  }
  await server.close();
});

test('?model= opens a model, and the address keeps it', async ({ patchboard }) => {
  const server = await serveModel(EMBEDDED);
  await patchboard.openReady(`?model=${encodeURIComponent(server.address)}`);
  await patchboard.expectInUse(`In use: ${server.address}`);
  await patchboard.run();
  await expect
    .poll(() => new URL(patchboard.page.url()).searchParams.get('model'))
    .toBe(server.address);
  await server.close();
});

for (const dtype of ['f16', 'q8_0'] as const) {
  test(`?dtype=${dtype} keeps the weights so, and the address too`, async ({ patchboard }) => {
    const folder = randomModel();
    const server = await serveModel(folder);
    await patchboard.openReady(
      `${PINNED}&model=${encodeURIComponent(server.address)}&dtype=${dtype}`,
    );
    await patchboard.expectInUse(`of weights in ${dtype}.`);
    await patchboard.run();
    const cells = await patchboard.values();
    const request = {
      clean: await patchboard.clean.inputValue(),
      corrupted: await patchboard.corrupted.inputValue(),
      targets: [' Jones', ' Smith'],
    };
    const native = patch(folder, request, dtype);
    for (const { target, layer, position, prob } of cells) {
      const index = target === ' Jones' ? 0 : 1;
      const difference = Math.abs(prob - (native.prob[index]?.[layer]?.[position] ?? NaN));
      expect(difference).toBeLessThanOrEqual(1e-5);
    }
    await expect.poll(() => new URL(patchboard.page.url()).searchParams.get('dtype')).toBe(dtype);
    await server.close();
  });
}

test('other targets for the same prompts need nothing computed', async ({ patchboard }) => {
  await patchboard.openReady();
  await patchboard.run();
  await patchboard.page.getByRole('button', { name: 'Remove the target ·Smith' }).click();
  await patchboard.page.getByLabel('Another target token').fill(' Brown');
  await patchboard.page.getByRole('button', { name: 'Add' }).click();
  await patchboard.run();
  await expect(patchboard.page.getByText('all known from the run before')).toBeVisible();
});

test('loading can be cancelled, and the model in use stays', async ({ patchboard }) => {
  const slow = { file: 'model.safetensors', pieces: 100, pauseMs: 200 };
  const server = await serveModel(randomModel(), { slow });
  await patchboard.openReady();
  await patchboard.load(server.address);
  await patchboard.page.getByRole('button', { name: 'Cancel loading' }).click();
  await expect(patchboard.page.getByRole('progressbar')).toHaveCount(0);
  await patchboard.expectInUse('This is not GPT-2.');
  await patchboard.run();
  await server.close();
});

test('a sweep fills from the last layer and can be cancelled between rows', async ({
  patchboard,
}) => {
  const server = await startLongSweep(patchboard);
  await expect(patchboard.page.getByText(/[1-9]\d* of \d+ cells/)).toBeVisible();
  await patchboard.cancelButton.click();
  await patchboard.expectStatus('cancelled');
  await expect(patchboard.page.getByText(/Cancelled after \d+ of \d+ cells/)).toBeVisible();
  const cells = await patchboard.values();
  const computed = (layer: number) =>
    cells.filter((cell) => cell.layer === layer).every((cell) => !Number.isNaN(cell.prob));
  expect(computed(11)).toBe(true);
  expect(computed(0)).toBe(false);
  await expect(patchboard.page.getByText('Run again goes on from here.')).toBeVisible();
  const first = await blockRows(patchboard);
  await patchboard.runButton.click();
  await patchboard.expectAskedRunDone();
  const rest = await blockRows(patchboard);
  expect(first).toBeGreaterThan(0);
  expect((await patchboard.values()).every((cell) => !Number.isNaN(cell.prob))).toBe(true);
  await patchboard.run();
  await expect(patchboard.page.getByText('all known from the run before')).toBeVisible();
  const prompts = { clean: `Jones. ${LONG}`, corrupted: `Smith. ${LONG}` };
  const whole = patchExperiment(randomModel(), {
    ...prompts,
    targets: [' Jones'],
    sites: SITES,
  }).work;
  // Nothing is computed twice; on a busy machine rows that the page began by itself came before.
  expect(first + rest).toBeLessThan(whole.block_rows + 2);
  await patchboard.pick('Basic example: a surname');
  await patchboard.run();
  await server.close();
});

test('a long run tells how long it will still take', async ({ patchboard }) => {
  const server = await serveModel(randomModel());
  const sites = ['resid_pre', 'resid_mid', 'resid_post', 'attn_out', 'mlp_out', 'q', 'k', 'v'];
  const query = sites.map((site) => `&site=${site}`).join('');
  await patchboard.openReady(`?direction=denoising&direction=noising${query}`);
  await patchboard.load(server.address);
  await patchboard.expectInUse(`In use: ${server.address}`);
  await patchboard.clean.fill(`Jones. ${LONG}`);
  await patchboard.corrupted.fill(`Smith. ${LONG}`);
  await patchboard.runButton.click();
  await expect(patchboard.page.getByText(/about \d+ (s|min) left…/)).toBeVisible();
  await patchboard.cancelButton.click();
  await patchboard.expectStatus('cancelled');
  await server.close();
});

test('the page answers while a sweep runs', async ({ patchboard }) => {
  const server = await startLongSweep(patchboard);
  await patchboard.expectStatus('running');
  await patchboard.clean.fill('Anna Jones');
  const chips = patchboard.page.getByRole('list', { name: 'Tokens of the clean prompt' });
  await expect(chips.getByRole('listitem')).toHaveCount(2);
  await patchboard.page.getByRole('radio', { name: 'Logit', exact: true }).check();
  await patchboard.expectStatus('running');
  await patchboard.cancelButton.click();
  await patchboard.expectStatus('cancelled');
  await server.close();
});

test('another model can be loaded in the middle of a sweep', async ({ patchboard }) => {
  const server = await startLongSweep(patchboard);
  await patchboard.expectStatus('running');
  await patchboard.show('Model');
  await patchboard.modelSelect.selectOption('embedded');
  await patchboard.expectInUse('This is not GPT-2.');
  await patchboard.pick('Basic example: a surname');
  await patchboard.run();
  await expect(patchboard.alerts).toHaveCount(0);
  await server.close();
});

test.describe(() => {
  test.use({ allowedErrors: /broken on purpose/ });
  test('a worker that stops is replaced, and the last result stays', async ({ patchboard }) => {
    const server = await startLongSweep(patchboard);
    await expect(patchboard.page.getByText(/[1-9]\d* of \d+ cells/)).toBeVisible();
    const worker = patchboard.page.workers().findLast((each) => each.url().includes('worker'));
    await worker?.evaluate(() => {
      setTimeout(() => {
        throw new Error('broken on purpose');
      });
    });
    await patchboard.expectStatus('failed');
    await expect(patchboard.alerts).toContainText('the computing worker stopped');
    await expect(patchboard.maps.first()).toBeVisible();
    await expect(patchboard.runButton).toBeEnabled();
    await patchboard.pick('Basic example: a surname');
    await patchboard.run();
    await server.close();
  });
});
