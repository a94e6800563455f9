/** How smooth the page stays while every site of a gpt2-shaped model streams in: see README.md. */

import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import puppeteer from 'puppeteer-core';
import { preview } from 'vite';

import { synthesize } from './native.mjs';
import { serveModels } from './serve-models.mjs';
import { shareAt } from './statistics.mjs';

const LONG = { timeout: 900_000 };
const RUN = 'button.primary:not([disabled]) ::-p-text(Run)';
const LOAD = 'button ::-p-text(Load)';
const SITES =
  'resid_pre resid_mid resid_post attn_out mlp_out mlp_post z q k v pattern attn_scores';
// Random weights come with a vocabulary of single bytes.
const TEXTS = 'clean=Michelle+Jones+was+here&corrupted=Michelle+Smith+was+here&target=A&target=B';
const LONG_MS = 100;
const SLOW_FRAME_MS = 50;

const { values } = parseArgs({
  options: {
    config: { type: 'string', default: 'gpt2' },
    'by-position': { type: 'boolean', default: false },
  },
});

/** In the page: how long each frame lasted. */
function watchFrames() {
  globalThis.frames = [];
  let last = performance.now();
  const next = (now) => {
    globalThis.frames.push(now - last);
    last = now;
    globalThis.frameRequest = requestAnimationFrame(next);
  };
  globalThis.frameRequest = requestAnimationFrame(next);
}

/** Of the page's main thread: how long each task lasted, and what it took of the processor. */
function mainTasks(trace) {
  const { traceEvents } = JSON.parse(trace);
  const isMain = ({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain';
  const mains = new Set(traceEvents.filter(isMain).map(({ pid, tid }) => `${pid} ${tid}`));
  return traceEvents.filter(
    ({ name, pid, tid, tdur }) => name === 'RunTask' && tdur && mains.has(`${pid} ${tid}`),
  );
}

function summaryOf(milliseconds, long) {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  return {
    count: sorted.length,
    over: sorted.filter((each) => each > long).length,
    p95: shareAt(sorted, 0.95),
    most: sorted.at(-1),
  };
}

async function load(page, address) {
  const place = values['by-position'] ? '&by-position' : '';
  const sites = SITES.split(' ').map((site) => `&site=${site}`);
  await page.goto(
    `${address.page}?model=${encodeURIComponent(address.model)}&dtype=f32&${TEXTS}${sites.join('')}${place}`,
  );
  await page.waitForSelector(`${RUN}, ${LOAD}`, LONG);
  if (await page.$(LOAD)) await page.locator(LOAD).click();
  await page.waitForSelector(RUN, LONG);
}

async function measure(page, file) {
  await page.tracing.start({
    path: file,
    categories: ['disabled-by-default-devtools.timeline', 'devtools.timeline'],
  });
  await page.evaluate(watchFrames);
  const begin = performance.now();
  await page.locator(RUN).click();
  await page.waitForSelector('[data-status="done"]', LONG);
  const seconds = (performance.now() - begin) / 1000;
  const frames = await page.evaluate(() => {
    cancelAnimationFrame(globalThis.frameRequest);
    return globalThis.frames;
  });
  await page.tracing.stop();
  const tasks = mainTasks(readFileSync(file, 'utf8'));
  return {
    seconds,
    frames: summaryOf(frames, SLOW_FRAME_MS),
    tasks: summaryOf(
      tasks.map(({ dur }) => dur / 1000),
      LONG_MS,
    ),
    tasksOfProcessor: summaryOf(
      tasks.map(({ tdur }) => tdur / 1000),
      LONG_MS,
    ),
  };
}

await synthesize(values.config);
const models = await serveModels('build/bench');
const folder = mkdtempSync(join(tmpdir(), 'patchboard-'));
const server = await preview({ root: 'web', preview: { port: 0 }, logLevel: 'error' });
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--window-size=1280,720'],
  defaultViewport: { width: 1280, height: 720 },
  protocolTimeout: LONG.timeout,
});
try {
  const page = await browser.newPage();
  const address = {
    page: server.resolvedUrls.local[0],
    model: `${models.address}${values.config}/`,
  };
  await load(page, address);
  const text = JSON.stringify(
    { ...values, ...(await measure(page, join(folder, 'trace.json'))) },
    null,
    2,
  );
  writeFileSync('build/bench/smooth.json', text);
  console.log(text);
} finally {
  await browser.close();
  await server.close();
  models.close();
  rmSync(folder, { recursive: true });
}
