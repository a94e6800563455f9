import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { viteStaticCopy } from 'vite-plugin-static-copy';

// SharedArrayBuffer, and so threads, need a page that is isolated from other origins.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  plugins: [
    svelte(),
    viteStaticCopy({
      targets: [
        { src: '../build/wasm/bin/patchboard.{mjs,wasm}', dest: 'engine/relaxed-simd' },
        { src: '../build/wasm-simd/bin/patchboard.{mjs,wasm}', dest: 'engine/simd' },
        {
          src: '../tools/embedded-model/model/{config.json,model.safetensors,vocab.json,merges.txt}',
          dest: 'models/embedded',
        },
      ],
    }),
  ],
  worker: { format: 'es' },
  build: { target: 'es2022' },
  server: { headers },
  preview: { headers },
  test: { include: ['../tests/web/**/*.test.ts'] },
});
