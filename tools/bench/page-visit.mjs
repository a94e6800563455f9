/** The built page in a headless Chromium with a profile on disk, and what its renderer takes of memory. */

import { readdirSync, readFileSync } from 'node:fs';

import puppeteer from 'puppeteer-core';
import { preview } from 'vite';

const LONG = { timeout: 600_000 };
const HEAP_INTERVAL_MS = 100;
// Random weights come with a vocabulary of single bytes.
const EXPERIMENT = '?clean=Michelle+Jones+was+here&corrupted=Michelle+Smith+was+here&target=A';
const RUN = 'button.primary:not([disabled]) ::-p-text(Run)';
const MODEL = 'section[aria-label=Model]';

function fieldKB(pid, name) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  } catch {
    return 0; // it has ended
  }
}

/** Of the browsers' renderers, the largest: the page with its workers is one process. */
function rendererMB(profile, name) {
  const isOurs = (pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return command.includes('--type=renderer') && command.includes(profile);
    } catch {
      return false;
    }
  };
  const pids = readdirSync('/proc').filter((each) => /^\d+$/.test(each) && isOurs(each));
  return Math.max(0, ...pids.map((pid) => fieldKB(pid, name))) / 1024;
}

/** Objects and buffers, without the engine's shared memory. */
function scriptBytes({ usedSize, backingStorageSize = 0 }) {
  return usedSize + backingStorageSize;
}

/** What the browser's own code has in a heap of the same kind: connections, streams, documents. */
function browserBytes({ embedderHeapUsedSize = 0 }) {
  return embedderHeapUsedSize;
}

const sumOf = (usages, bytesOf) =>
  usages.reduce((sum, usage) => sum + (usage ? bytesOf(usage) : 0), 0) / 1e6;

/** Watches the heaps of the page and all its workers. */
class HeapWatch {
  peakScriptMB = 0;
  peakBrowserMB = 0;

  constructor(page) {
    this.timer = setInterval(() => void this.look(page), HEAP_INTERVAL_MS);
  }

  async look(page) {
    const clients = page.workers().map((worker) => worker.client);
    clients.push(await this.pageClient(page));
    const usages = await Promise.all(
      clients.map((client) => client.send('Runtime.getHeapUsage').catch(() => undefined)),
    );
    this.peakScriptMB = Math.max(this.peakScriptMB, sumOf(usages, scriptBytes));
    this.peakBrowserMB = Math.max(this.peakBrowserMB, sumOf(usages, browserBytes));
  }

  async pageClient(page) {
    this.client ??= page.createCDPSession();
    return this.client;
  }

  end() {
    clearInterval(this.timer);
    const { peakScriptMB, peakBrowserMB } = this;
    return { peakScriptMB, peakBrowserMB };
  }
}

/** In the page: whether a model is on this machine's disk to its end. */
async function isKept() {
  const root = await navigator.storage.getDirectory();
  const models = await root.getDirectoryHandle('models', { create: true });
  for await (const folder of models.values()) {
    try {
      const manifest = await (await folder.getFileHandle('manifest.json')).getFile();
      if (JSON.parse(await manifest.text()).complete) return true;
    } catch {
      // being written
    }
  }
  return false;
}

/** In the page: when its map has a row of exact values, in milliseconds since the page was asked for. */
function watchRows() {
  const look = () => {
    const isDone = document.querySelector('[data-status="done"]');
    const cells = document.querySelector('[aria-label="Cells computed"]');
    if (isDone || cells?.value > 0) globalThis.firstRowMs ??= performance.now();
  };
  const whole = { subtree: true, childList: true, attributes: true };
  new MutationObserver(look).observe(document, whole);
}

export class PageVisit {
  static async start(profile) {
    const visit = new PageVisit();
    visit.profile = profile;
    visit.server = await preview({ root: 'web', preview: { port: 0 }, logLevel: 'error' });
    visit.address = visit.server.resolvedUrls.local[0];
    visit.browser = await puppeteer.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      userDataDir: profile,
      args: ['--no-sandbox', '--disable-gpu'],
      protocolTimeout: LONG.timeout,
    });
    visit.page = await visit.browser.newPage();
    visit.page.setDefaultTimeout(LONG.timeout);
    return visit;
  }

  async close() {
    await this.browser.close();
    await this.server.close();
  }

  /** With the part in which a model is chosen. */
  async open() {
    await this.page.goto(this.address + EXPERIMENT);
    await this.page.waitForSelector(RUN);
    await this.page.locator('header button.model').click();
    await this.page.waitForSelector(`${MODEL} select`);
  }

  /** Seconds for the same bytes where nothing is done with them; in a tab that is closed again. */
  async readAndDiscard(url) {
    const page = await this.browser.newPage();
    await page.goto(`${this.address}favicon.svg`);
    const seconds = await page.evaluate(async (address) => {
      const begin = performance.now();
      const reader = (await fetch(address, { cache: 'no-store' })).body.getReader();
      while (!(await reader.read()).done);
      return (performance.now() - begin) / 1000;
    }, url);
    await page.close();
    return seconds;
  }

  async removeKept() {
    await this.page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      for await (const name of root.keys()) await root.removeEntry(name, { recursive: true });
    });
  }

  async keptMB() {
    return this.page.evaluate(async () => (await navigator.storage.estimate()).usage / 1e6);
  }

  /** By hand, as people do: seconds until the model answers, and until all of it is kept. */
  async load(address, dtype) {
    await this.page.select(`${MODEL} select`, 'other');
    await this.page.locator('input[inputmode=url]').fill(address);
    await this.page.select('label.short select', dtype);
    const watch = new HeapWatch(this.page);
    const begin = performance.now();
    const seconds = () => (performance.now() - begin) / 1000;
    await this.page.locator(`${MODEL} button[type=submit]`).click();
    await this.page.waitForSelector(`::-p-text(In use: ${address})`);
    const answers = seconds();
    await this.page.waitForFunction(isKept, { polling: 50 });
    return {
      answers,
      kept: seconds(),
      ...watch.end(),
      peakResidentMB: rendererMB(this.profile, 'VmHWM'),
    };
  }

  async useEmbedded() {
    await this.page.select(`${MODEL} select`, 'embedded');
    await this.page.waitForSelector('::-p-text(This is not GPT-2.)');
  }

  /** Seconds of a visit whose link names a model that is kept, from asking for the page to the first row of its map. */
  async firstRow(address, dtype) {
    const { page } = this;
    const { identifier } = await page.evaluateOnNewDocument(watchRows);
    const model = `&model=${encodeURIComponent(address)}&dtype=${dtype}`;
    await page.goto(this.address + EXPERIMENT + model);
    // On a slow machine what runs by itself ends with estimates; exact values are then a person's to ask for.
    await page.waitForFunction(
      () => globalThis.firstRowMs ?? document.querySelector('[data-status="estimated"]'),
    );
    const milliseconds = await page.evaluate(() => globalThis.firstRowMs);
    await page.screenshot({ path: 'build/bench/loading.png' });
    await page.removeScriptToEvaluateOnNewDocument(identifier);
    return milliseconds && milliseconds / 1000;
  }

  /** After a moment in which the browser gives back what it no longer needs. */
  async restingMB() {
    await new Promise((later) => setTimeout(later, 3000));
    return rendererMB(this.profile, 'VmRSS');
  }
}
