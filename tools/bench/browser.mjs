/** A headless Chromium with the benchmark's page, isolated so that it has threads. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

import { chromium } from '@playwright/test';

const TYPES = { '.html': 'text/html', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

/** Serves the repository's files. */
async function serve(root) {
  const server = createServer((request, response) => {
    const path = join(
      root,
      normalize(decodeURIComponent(new URL(request.url, 'http://x').pathname)),
    );
    stat(path).then(
      (file) => {
        response.writeHead(200, {
          'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
          'Content-Length': file.size,
          'Cross-Origin-Opener-Policy': 'same-origin',
          'Cross-Origin-Embedder-Policy': 'require-corp',
        });
        createReadStream(path).pipe(response);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

/** One participant in a tab of its own: `call(method, argument)`. */
class TabParticipant {
  constructor(page, name) {
    this.page = page;
    this.name = name;
  }

  call(method, argument) {
    return this.page.evaluate(
      ([name, wanted, given]) => globalThis.call(name, wanted, given),
      [this.name, method, argument],
    );
  }

  close() {
    return this.page.close();
  }
}

export class Browser {
  static async open(root) {
    const browser = new Browser();
    browser.server = await serve(root);
    browser.origin = `http://127.0.0.1:${browser.server.address().port}`;
    browser.chromium = await chromium.launch({
      executablePath: process.env.CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu'],
    });
    return browser;
  }

  get version() {
    return this.chromium.version();
  }

  /** name: of a worker in page/, without `-worker.mjs`. */
  async participant(name) {
    const page = await this.chromium.newPage();
    await page.goto(`${this.origin}/tools/bench/page/index.html`);
    return new TabParticipant(page, name);
  }

  /** Loads a model into the engine in a tab. variant: `wasm` or `wasm-simd`. */
  async engine({ config, dtype, threads, variant = 'wasm' }) {
    const participant = await this.participant('engine');
    const loaded = await participant.call('load', {
      engine: `${this.origin}/build/${variant}/bin/patchboard.mjs`,
      folder: `${this.origin}/build/bench/${config}`,
      dtype,
      threads,
    });
    return Object.assign(participant, { loaded });
  }

  async ort({ graph, threads }) {
    const participant = await this.participant('ort');
    const loaded = await participant.call('load', {
      runtime: `${this.origin}/node_modules/onnxruntime-web/dist`,
      graph: `${this.origin}/${graph}`,
      threads,
    });
    return Object.assign(participant, { loaded });
  }

  async close() {
    await this.chromium.close();
    this.server.close();
  }
}
