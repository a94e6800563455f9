/** A model whose weights are in several files: by its address, over a connection that breaks, and from the disk. */

import { readFileSync } from 'node:fs';

import { patch } from './command';
import { type Misbehaviour, type ModelServer, serveModel } from './model-server';
import { randomModel, shardedModel, SHARDS } from './models';
import { expect, type PatchboardPage, test } from './patchboard-page';

const INDEX = 'model.safetensors.index.json';
const PINNED = '?target=+Jones&target=+Smith';

// The browser itself writes these about files that are not there, and connections that end.
test.use({ allowedErrors: /Failed to load resource|ERR_/ });

let server: ModelServer;

test.afterEach(async () => {
  await server.close();
});

async function serve(how: Misbehaviour = {}) {
  server = await serveModel(shardedModel(), how);
}

async function expectLoaded(patchboard: PatchboardPage) {
  await patchboard.expectInUse(`In use: ${server.address}`);
  await expect(patchboard.alerts).toHaveCount(0);
}

/** Those of the same weights in one file. */
async function expectNumbers(patchboard: PatchboardPage) {
  await patchboard.run();
  const cells = await patchboard.values();
  const native = patch(randomModel(), {
    clean: await patchboard.clean.inputValue(),
    corrupted: await patchboard.corrupted.inputValue(),
    targets: [' Jones', ' Smith'],
  });
  expect(cells.length).toBeGreaterThan(0);
  for (const { target, layer, position, prob } of cells) {
    const index = target === ' Jones' ? 0 : 1;
    const difference = Math.abs(prob - (native.prob[index]?.[layer]?.[position] ?? NaN));
    expect(difference).toBeLessThanOrEqual(1e-5);
  }
}

const isLook = (range: string | undefined) => range !== undefined && !range.endsWith('-');
const read = () =>
  server.exchanges
    .filter(({ file, headers }) => SHARDS.includes(file) && !isLook(headers.range))
    .map(({ file }) => file);

test('shards load by their folder’s address, are kept, and open without their server', async ({
  patchboard,
}) => {
  await serve();
  const link = `${PINNED}&model=${encodeURIComponent(server.address)}`;
  await patchboard.openReady(link);
  await expectLoaded(patchboard);
  expect(read()).toEqual(SHARDS);
  await expectNumbers(patchboard);
  await patchboard.expectKept(1);
  await server.close();
  await patchboard.openReady(link);
  await expectLoaded(patchboard);
  await expectNumbers(patchboard);
});

test('their index, and any of them, names the same model', async ({ patchboard }) => {
  await serve();
  for (const name of [INDEX, SHARDS[1] ?? '']) {
    await patchboard.openReady(PINNED);
    await patchboard.load(server.address + name);
    await expectLoaded(patchboard);
    await expect
      .poll(() => new URL(patchboard.page.url()).searchParams.get('model'))
      .toBe(server.address);
  }
});

test('a connection that breaks in one of them goes on there', async ({ patchboard }) => {
  await serve({ dropEvery: 3_000_000 });
  await patchboard.openReady(PINNED);
  await patchboard.load(server.address);
  await patchboard.expectInUse(`In use: ${server.address}`, 60_000);
  await expectNumbers(patchboard);
});

/** What is kept of the model so far. */
async function partialBytes({ page }: PatchboardPage): Promise<number> {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const models = await root.getDirectoryHandle('models', { create: true });
    type Folders = AsyncIterable<FileSystemDirectoryHandle>;
    for await (const folder of (models as unknown as { values(): Folders }).values()) {
      const file = await folder.getFileHandle('model.safetensors.partial');
      return (await file.getFile()).size;
    }
    return 0;
  });
}

test('a load that was given up in one of them goes on there at the next visit', async ({
  patchboard,
}) => {
  await serve({ slow: { file: SHARDS[2] ?? '', pieces: 100, pauseMs: 250 } });
  await patchboard.openReady(PINNED);
  await patchboard.load(server.address);
  await expect(patchboard.page.getByText(/3[6-9] MB of 40 MB/)).toBeVisible({ timeout: 30_000 });
  await expect.poll(() => partialBytes(patchboard)).toBeGreaterThan(33_000_000);
  await patchboard.page.getByRole('button', { name: 'Cancel loading' }).click();
  server.how = {};
  await patchboard.openReady(PINNED);
  await patchboard.show('Model');
  await expect(
    patchboard.page.getByText('Kept on this machine: 1 model, 1 not whole yet'),
  ).toBeVisible();
  server.exchanges.length = 0;
  await patchboard.load(server.address);
  await expectLoaded(patchboard);
  const whole = server.exchanges.filter(({ sent }) => sent > 1_000_000);
  expect(whole.map(({ file }) => file)).toEqual([SHARDS[2]]);
  await expectNumbers(patchboard);
});

const indexOf = () =>
  JSON.parse(readFileSync(`${shardedModel()}/${INDEX}`, 'utf8')) as {
    weight_map: Record<string, string>;
  };

function withMap(change: (map: Record<string, string>) => void): Misbehaviour {
  const index = indexOf();
  change(index.weight_map);
  return { replace: { [INDEX]: JSON.stringify(index) } };
}

const WRONG: { what: string; how: () => Misbehaviour; message: string | RegExp }[] = [
  {
    what: 'an index that names a file that is not there',
    how: () => ({ status: { [SHARDS[1] ?? '']: 404 } }),
    message: `${INDEX} names ${SHARDS[1]}, which cannot be had`,
  },
  {
    what: 'an index that has a tensor in another file',
    how: () => withMap((map) => (map['wte.weight'] = SHARDS[2] ?? '')),
    message: `has \`wte.weight\` in ${SHARDS[2]}, but it is in ${SHARDS[0]}`,
  },
  {
    what: 'an index that leaves out a file',
    how: () =>
      withMap((map) => {
        for (const [name, file] of Object.entries(map)) {
          if (file === SHARDS[0]) Reflect.deleteProperty(map, name);
        }
      }),
    message: /`wte\.weight` is missing|is missing, expected a tensor/,
  },
  {
    what: 'a tensor in two files',
    how: () => ({
      replace: { [SHARDS[1] ?? '']: readFileSync(`${shardedModel()}/${SHARDS[0]}`) },
    }),
    message: /has `.*`, which .* has too/,
  },
  {
    what: 'an index that reaches out of its folder',
    how: () => withMap((map) => (map['wte.weight'] = '../x.safetensors')),
    message:
      'has `wte.weight` in "../x.safetensors", expected the name of a file in the same folder',
  },
];

for (const { what, how, message } of WRONG) {
  test(`${what}: a clear message`, async ({ patchboard }) => {
    await serve(how());
    await patchboard.openReady(PINNED);
    await patchboard.load(server.address);
    await expect(patchboard.alerts.filter({ hasText: message })).toBeVisible();
    await patchboard.expectInUse('This is not GPT-2.');
    server.how = {};
    await patchboard.loadButton.click();
    await expectLoaded(patchboard);
  });
}
