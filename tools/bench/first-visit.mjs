/** A first visit to the page, beside a bare page that only fetches the same files and compiles: see README.md. */

import { createServer } from 'node:http';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { parseArgs } from 'node:util';

import puppeteer from 'puppeteer-core';

import { median, ratio } from './statistics.mjs';

const DIST = new URL('../../web/dist/', import.meta.url);
const LONG = { timeout: 120_000 };

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};
const BARE = 'bare.html';

const rounds = Number(
  parseArgs({ options: { rounds: { type: 'string', default: '9' } } }).values.rounds,
);

/** Fetches at once what the page fetches until its first map is finished, and compiles the engine's module. */
function bareScript(paths) {
  return `
    const read = async (path) => {
      const response = await fetch(path);
      if (path.endsWith('.wasm')) return WebAssembly.compileStreaming(response);
      return response.arrayBuffer();
    };
    const all = ${JSON.stringify(paths)}.map(read);
    globalThis.compiled = Promise.all(all).then(() => performance.now());
  `;
}

async function serve(paths) {
  const requested = new Set();
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://x').pathname.slice(1) || 'index.html';
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
    response.setHeader('ETag', '"1"');
    requested.add(path);
    if (path === BARE) {
      response.end(`<!doctype html><script type="module">${bareScript([...paths])}</script>`);
      return;
    }
    readFile(new URL(path, DIST)).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((listening) => server.listen(0, 'localhost', listening));
  return { server, requested, address: `http://localhost:${server.address().port}/` };
}

/** A browser that has never been here; gives milliseconds since the page was asked for. */
async function visit(look) {
  const browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    return await look(await browser.newPage());
  } finally {
    await browser.close();
  }
}

const bare = (address) =>
  visit(async (page) => {
    await page.goto(address + BARE);
    return page.evaluate(() => globalThis.compiled);
  });

/** In the page: tells when a person can open a word's menu, and when the first map is finished. */
function watch() {
  const seen = (globalThis.seen = {});
  const look = () => {
    if (document.querySelector('[data-word]')) seen.interactive ??= performance.now();
    const done = document.querySelector('[data-status="done"]');
    if (done) seen.map ??= performance.now();
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
  });
}

const own = (address) =>
  visit(async (page) => {
    await page.evaluateOnNewDocument(watch);
    await page.goto(address);
    await page.waitForFunction(() => globalThis.seen.map !== undefined, LONG);
    return page.evaluate(() => globalThis.seen);
  });

// What it fetches is seen at a first visit, which is not measured.
const { server, requested, address } = await serve([]);
await own(address);
server.close();
const paths = [...requested].filter(
  (path) => path !== 'index.html' && path !== 'service-worker.js',
);
const host = await serve(paths);
const times = { bare: [], interactive: [], map: [] };
for (let round = 0; round < rounds; round++) {
  times.bare.push(await bare(host.address));
  const { interactive, map } = await own(host.address);
  times.interactive.push(interactive);
  times.map.push(map);
}
host.server.close();
const results = {
  files: paths.length,
  rounds,
  bareMs: median(times.bare),
  interactiveMs: median(times.interactive),
  mapMs: median(times.map),
  interactiveToBare: ratio(times.interactive, times.bare),
  mapToBare: ratio(times.map, times.bare),
};
const text = JSON.stringify(results, null, 2);
await mkdir('build/bench', { recursive: true });
await writeFile('build/bench/first-visit.json', text);
console.log(text);
