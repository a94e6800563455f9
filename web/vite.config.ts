import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { minify, type Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { viteStaticCopy } from 'vite-plugin-static-copy';

import { firstChunks } from './build/first-chunks.ts';
import { licences } from './build/licences.ts';
import { precache } from './build/precache.ts';

// SharedArrayBuffer, and so threads, need a page that is isolated from other origins.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

// Models come from any address; everything else is the page's own.
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self' https: http:",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const source = (name: string) => fileURLToPath(new URL(`src/${name}`, import.meta.url));

const builtFile = (tree: string, name: string) =>
  new URL(`../build/${tree}/bin/${name}`, import.meta.url);

/** Of each variant the build tree that holds it; tools/demo serves the first before it has the others. */
const VARIANTS = Object.entries({
  'relaxed-simd': 'wasm',
  simd: 'wasm-simd',
  single: 'wasm-single',
}).filter(([, tree]) => existsSync(builtFile(tree, 'patchboard.wasm')));

/** Named by its content, so that browsers may keep it for ever. */
function engineFolder(): string {
  const hash = createHash('sha256');
  for (const [, tree] of VARIANTS) {
    for (const name of ['patchboard.mjs', 'patchboard.wasm']) {
      hash.update(readFileSync(builtFile(tree, name)));
    }
  }
  return `engine/${hash.digest('hex').slice(0, 10)}`;
}

const ENGINE_FOLDER = engineFolder();

/** Emscripten leaves its names as they are. */
async function shortened(script: string, name: string): Promise<string> {
  const { code, errors } = await minify(name, script, { module: true });
  if (errors.length > 0) throw new Error(`${name}: ${errors.map(String).join('; ')}`);
  return code;
}

const needsAnEngine: Plugin = {
  name: 'needs-an-engine',
  apply: 'build',
  buildStart() {
    if (VARIANTS.length === 0) {
      throw new Error('no engine in build/: run tools/demo or tools/build-site, which build one');
    }
  },
};

/** A static host sends no headers of ours, so the page carries its policy itself. */
const contentSecurityPolicy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
      injectTo: 'head-prepend',
    },
  ],
};

const { collect, write } = licences(fileURLToPath(new URL('dist/licences.md', import.meta.url)));

export default defineConfig({
  base: './',
  define: { ENGINE_FOLDER: JSON.stringify(ENGINE_FOLDER) },
  plugins: [
    svelte(),
    needsAnEngine,
    contentSecurityPolicy,
    viteStaticCopy({
      targets: [
        ...VARIANTS.flatMap(([variant, tree]) => [
          {
            src: `../build/${tree}/bin/patchboard.mjs`,
            dest: `${ENGINE_FOLDER}/${variant}`,
            transform: shortened,
          },
          { src: `../build/${tree}/bin/patchboard.wasm`, dest: `${ENGINE_FOLDER}/${variant}` },
        ]),
        {
          src: '../tools/embedded-model/model/{config.json,model.safetensors,vocab.json,merges.txt}',
          dest: 'models/embedded',
        },
        // Fetched where a model has no tokenizer and somebody wants this one.
        { src: '../tools/gpt2-tokenizer/merges.txt', dest: 'tokenizers/gpt2' },
        { src: '../LICENSE', dest: '.', rename: 'LICENSE.txt' },
        { src: '../NOTICES.md', dest: '.' },
      ],
    }),
    collect(),
    write,
    // Notices are long, and read where the page is from.
    precache(fileURLToPath(new URL('dist', import.meta.url)), [
      '_headers',
      'NOTICES.md',
      'licences.md',
    ]),
  ],
  worker: { format: 'es', plugins: () => [collect()] },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: 'index.html', 'service-worker': 'src/site/service-worker.ts' },
      output: {
        // Browsers look for a service worker under one name.
        entryFileNames: ({ name }) =>
          name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js',
        codeSplitting: {
          groups: [
            {
              debugName: 'first chunks',
              name: firstChunks({ index: source('main.ts'), page: source('page.ts') }),
            },
          ],
        },
      },
    },
  },
  server: { headers },
  preview: { headers },
  // A busy machine is no failure.
  test: {
    testTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['../tests/web/**/*.test.ts'],
          exclude: ['../tests/web/**/*.svelte.test.ts'],
        },
      },
      {
        // Svelte as browsers have it: effects run.
        extends: true,
        resolve: { conditions: ['browser'] },
        test: {
          name: 'effects',
          include: ['../tests/web/**/*.svelte.test.ts'],
          environment: fileURLToPath(new URL('../tests/web/page-environment.ts', import.meta.url)),
          server: { deps: { inline: ['svelte'] } },
        },
      },
    ],
  },
});
