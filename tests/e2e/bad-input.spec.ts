import { readFileSync } from 'node:fs';

import { type Misbehaviour, serveModel } from './model-server';
import { EMBEDDED, VOCABULARY } from './models';
import { expect, test } from './patchboard-page';

const read = (name: string) => readFileSync(`${EMBEDDED}/${name}`);
const config = JSON.parse(read('config.json').toString()) as Record<string, unknown>;
const changedConfig = (change: object) => JSON.stringify({ ...config, ...change });

const LFS_POINTER = `version https://git-lfs.github.com/spec/v1
oid sha256:${'0'.repeat(64)}
size 548105171
`;

const PROMPTS: { what: string; clean: string; corrupted: string; message: RegExp }[] = [
  {
    what: 'prompts of different lengths',
    clean: 'Michelle Jones was here.',
    corrupted: 'Michelle Jones Smith was here.',
    message: /as many tokens as each other.*clean has \d+, corrupted \d+.*Smith.*1 token/,
  },
  { what: 'an empty prompt', clean: '', corrupted: 'Jones', message: /clean prompt: is empty/ },
  {
    what: 'a prompt that is too long',
    clean: 'Jones '.repeat(200),
    corrupted: 'Smith '.repeat(200),
    message: /clean prompt: \d+ tokens, but this model reads at most \d+ \(n_positions\)/,
  },
  {
    what: 'identical prompts',
    clean: 'Michelle Jones',
    corrupted: 'Michelle Jones',
    message: /the clean and the corrupted prompt are the same/,
  },
];

for (const { what, clean, corrupted, message } of PROMPTS) {
  test(`${what}: refused with a reason, and the last result stays`, async ({ patchboard }) => {
    await patchboard.openReady();
    await patchboard.run();
    await patchboard.clean.fill(clean);
    await patchboard.corrupted.fill(corrupted);
    await patchboard.runButton.click();
    await patchboard.expectStatus('failed');
    await expect(patchboard.alerts.filter({ hasText: message })).toBeVisible();
    await expect(patchboard.maps).toHaveCount(1);
  });
}

test('a target of several tokens shows how it splits and offers the variant', async ({
  patchboard,
}) => {
  await patchboard.openReady();
  const field = patchboard.page.getByLabel('Another target token');
  await field.fill(' Michelle Jones');
  await patchboard.page.getByRole('button', { name: 'Add' }).click();
  await expect(patchboard.alerts.filter({ hasText: 'is 2 tokens' })).toContainText(
    ' Michelle| Jones',
  );
  await patchboard.page.getByRole('button', { name: 'Remove the target ·Michelle·Jones' }).click();
  await expect(patchboard.alerts).toHaveCount(0);
  await field.fill('titles');
  await patchboard.page.getByRole('button', { name: 'Add' }).click();
  await patchboard.page.getByRole('button', { name: 'Use “·titles”' }).click();
  await expect(patchboard.alerts).toHaveCount(0);
});

const MODELS: { what: string; how: Misbehaviour; message: RegExp; allowed?: RegExp }[] = [
  {
    what: 'a missing file',
    how: { status: { 'model.safetensors': 404 } },
    message: /model\.safetensors: the server answered 404/,
    allowed: /Failed to load resource.*404/,
  },
  {
    what: 'a web page in place of a file',
    how: { html: 'config.json' },
    message: /config\.json: the server sent a web page/,
  },
  {
    what: 'a server that does not let other pages read',
    how: { withoutCors: true },
    message: /could not be reached.*Access-Control-Allow-Origin/,
    allowed: /CORS policy|Failed to load resource/,
  },
  {
    what: 'weights that end early',
    how: { replace: { 'model.safetensors': read('model.safetensors').subarray(0, 100_000) } },
    message: /model\.safetensors: the file ends at byte 100000, inside `.+`, \d+ bytes too early/,
  },
  ...['model.safetensors', 'vocab.json'].map((file) => ({
    what: `a Git LFS pointer in place of ${file}`,
    how: { replace: { [file]: LFS_POINTER } },
    message: new RegExp(`${file}.*Git LFS pointer`),
  })),
  {
    what: 'weights of another shape',
    how: { replace: { 'config.json': changedConfig({ vocab_size: 2 * VOCABULARY }) } },
    message: new RegExp(
      `\`wte\\.weight\`: shape \\[${VOCABULARY}, \\d+\\], expected \\[${2 * VOCABULARY}, \\d+\\]`,
    ),
  },
  {
    what: 'a config of another architecture',
    how: { replace: { 'config.json': changedConfig({ activation_function: 'silu' }) } },
    message: /"activation_function": "silu", expected one of gelu_new/,
  },
  {
    what: 'a config whose heads do not divide the width',
    how: { replace: { 'config.json': changedConfig({ n_head: 7 }) } },
    message: /`n_head` is 7, which does not divide `n_embd`/,
  },
  {
    what: 'a damaged tokenizer',
    how: { replace: { 'merges.txt': '#version: 0.2\nonlyone\n' } },
    message: /merges\.txt line 2: "onlyone", expected two symbols/,
  },
];

for (const { what, how, message, allowed } of MODELS) {
  test.describe(() => {
    test.use({ allowedErrors: allowed });
    test(`${what}: the page says so and keeps the model in use`, async ({ patchboard }) => {
      const server = await serveModel(EMBEDDED, how);
      await patchboard.openReady();
      await patchboard.load(server.address);
      await expect(patchboard.alerts.filter({ hasText: message })).toBeVisible();
      await patchboard.expectInUse('This is not GPT-2.');
      await patchboard.run();
      await server.close();
    });
  });
}

test('GPT-2 XL in f32 is refused before anything is fetched', async ({ patchboard }) => {
  await patchboard.openReady();
  await patchboard.show('Model');
  await patchboard.modelSelect.selectOption('gpt2-xl');
  await expect(patchboard.dtypeSelect).toHaveValue('f16');
  await patchboard.dtypeSelect.selectOption('f32');
  await patchboard.page.getByRole('button', { name: 'Load 6.43 GB' }).click();
  await expect(patchboard.alerts).toContainText(
    'in f32 do not fit into a tab, which has 3.80 GB for them here; choose f16',
  );
});

test('an address that is none is refused', async ({ patchboard }) => {
  await patchboard.openReady();
  await patchboard.load('ftp://example.org/gpt2');
  await expect(patchboard.alerts).toContainText('expected http:// or https://');
});
