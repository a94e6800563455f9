/** Models by the addresses that people have: typed, in a link, and as the page writes them. */

import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';

import { answerTo, store } from './file-answers';
import { type ModelServer, serveModel } from './model-server';
import { EMBEDDED, randomModel } from './models';
import { expect, type PatchboardPage, test } from './patchboard-page';

// The browser itself writes these about files that are not there.
test.use({ allowedErrors: /Failed to load resource|ERR_/ });

const modelInLink = ({ page }: PatchboardPage) => new URL(page.url()).searchParams.get('model');

/** Answers for Hugging Face out of a folder; returns the paths asked for. */
async function serveHub({ page }: PatchboardPage): Promise<string[]> {
  const asked: string[] = [];
  await page.context().route('https://huggingface.co/**', async (route) => {
    const { pathname } = new URL(route.request().url());
    asked.push(pathname);
    const path = `${EMBEDDED}/${pathname.slice(pathname.lastIndexOf('/') + 1)}`;
    const isThere = pathname.includes('/resolve/') && existsSync(path);
    const cors = { 'Access-Control-Allow-Origin': '*' };
    if (!isThere) return route.fulfill({ status: 404, headers: cors });
    const answer = answerTo(route.request().headers(), store(readFileSync(path)));
    return route.fulfill({ ...answer, headers: { ...answer.headers, ...cors } });
  });
  return asked;
}

for (const [typed, inLink, folder] of [
  ['me/tiny', 'me/tiny', '/me/tiny/resolve/main/'],
  [
    'https://huggingface.co/me/tiny/blob/v1/sub/model.safetensors',
    'me/tiny/tree/v1/sub',
    '/me/tiny/resolve/v1/sub/',
  ],
  [
    'hf.co/me/tiny/tree/refs/pr/7?x=1',
    'me/tiny/tree/refs%2Fpr%2F7',
    '/me/tiny/resolve/refs%2Fpr%2F7/',
  ],
] as const) {
  test(`${typed} loads what it names, and nothing else`, async ({ patchboard }) => {
    const asked = await serveHub(patchboard);
    await patchboard.openReady();
    await patchboard.load(typed);
    await patchboard.expectInUse(`In use: ${inLink}`);
    await expect.poll(() => modelInLink(patchboard)).toBe(inLink);
    const files = asked.filter((path) => path.startsWith(folder));
    expect(asked.filter((path) => path.includes('/resolve/'))).toEqual(files);
    expect(files).toContain(`${folder}model.safetensors`);
    await patchboard.openReady(`?model=${encodeURIComponent(inLink)}`);
    await patchboard.expectInUse(`In use: ${inLink}`);
    await expect(patchboard.alerts).toHaveCount(0);
  });
}

test.describe('from a server', () => {
  let server: ModelServer;
  let other: ModelServer | undefined;

  test.afterEach(async () => {
    await server.close();
    await other?.close();
  });

  test('a file of a folder names the folder', async ({ patchboard }) => {
    server = await serveModel(EMBEDDED);
    await patchboard.openReady(`?model=${encodeURIComponent(`${server.address}vocab.json?key=1`)}`);
    await patchboard.expectInUse(`In use: ${server.address}?key=1`);
    await expect.poll(() => modelInLink(patchboard)).toBe(`${server.address}?key=1`);
  });

  test('weights of another name are the ones that load, and are kept beside the usual ones', async ({
    patchboard,
  }) => {
    const folder = new URL('../../build/fixtures/named', import.meta.url).pathname;
    mkdirSync(folder, { recursive: true });
    for (const name of ['config.json', 'vocab.json', 'merges.txt', 'model.safetensors']) {
      copyFileSync(`${EMBEDDED}/${name}`, `${folder}/${name}`);
    }
    copyFileSync(`${EMBEDDED}/model.safetensors`, `${folder}/step 100.safetensors`);
    server = await serveModel(folder);
    const named = `${server.address}step%20100.safetensors`;
    await patchboard.openReady(`?model=${encodeURIComponent(named)}`);
    await patchboard.expectInUse(`In use: ${named}`);
    await expect.poll(() => modelInLink(patchboard)).toBe(named);
    const weights = server.exchanges
      .map(({ file }) => file)
      .filter((file) => /safetensors/.test(file));
    expect(new Set(weights)).toEqual(new Set(['step 100.safetensors']));
    await patchboard.chooseAddress(server.address);
    await patchboard.page.keyboard.press('Tab');
    await expect(patchboard.loadButton).toContainText('MB');
    await patchboard.loadButton.click();
    await patchboard.expectInUse(`In use: ${server.address},`);
    await patchboard.expectKept(2);
    await server.close();
    await patchboard.openReady(`?model=${encodeURIComponent(named)}`);
    await patchboard.expectInUse(`In use: ${named}`);
  });

  test('a redirect to another origin that hides its headers works, also where it breaks off', async ({
    patchboard,
  }) => {
    const hide = ['ETag', 'Content-Range', 'Content-Length'];
    other = await serveModel(randomModel(), { hide, dropFirst: { bytes: 18_000_000, times: 1 } });
    server = await serveModel(randomModel(), { redirect: other.address });
    await patchboard.openReady();
    await patchboard.load(server.address);
    await patchboard.expectInUse(`In use: ${server.address}`);
    await expect(patchboard.alerts).toHaveCount(0);
    expect(server.sent).toBe(0);
    expect(other.sent).toBeGreaterThan(35_000_000);
    await patchboard.run();
  });

  test('what is not there is named where nothing can take its place', async ({ patchboard }) => {
    server = await serveModel(EMBEDDED, { status: { 'model.safetensors': 404 } });
    await patchboard.openReady();
    await patchboard.load(server.address);
    const alert = patchboard.alerts.filter({
      hasText: 'model.safetensors: the server answered 404',
    });
    await expect(alert).toContainText('nor is there any of model.safetensors.index.json');
  });
});
