/** The built page in a headless Chromium with a profile on disk, and what its renderer takes of memory. */

import { readdirSync, readFileSync } from 'node:fs';

import puppeteer from 'puppeteer-core';
import { preview } from 'vite';

const LONG = { timeout: 600_000 };
const HEAP_INTERVAL_MS = 100;
// Random weights come with a vocabulary of single bytes.
const EXPERIMENT = '?clean=Michelle+Jones+was+here&corrupted=Michelle+Smith+was+here&target=A';
const RUN = 'button.primary:not([disabled]) ::-p-text(Run)';

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

export class PageVisit {
  static async start(profile) {
    const visit = new PageVisit();
    visit.profile = profile;
    visit.server = await preview({ root: 'web', preview: { port: 0 }, logLevel: 'error' });
    visit.address = visit.server.resolvedUrls.local[0];
    visit.browser = await puppeteer.launch({
      executablePath: process.env.CHROMIUM,
      userDataDir: profile,
      args: ['--no-sandbox', '--disable-gpu'],
      protocolTimeout: LONG.timeout,
    });
    visit.page = await visit.browser.newPage();
    await visit.open();
    return visit;
  }

  async close() {
    await this.browser.close();
    await this.server.close();
  }

  async open() {
    await this.page.goto(this.address + EXPERIMENT);
    await this.page.waitForSelector(RUN, LONG);
    await this.page.locator('header button.model').click();
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

  /** By hand, as people do. */
  async load(address, dtype) {
    await this.page.select('section[aria-label=Model] select', 'other');
    await this.page.locator('input[inputmode=url]').fill(address);
    await this.page.select('label.short select', dtype);
    const watch = new HeapWatch(this.page);
    const begin = performance.now();
    await this.page.locator('button ::-p-text(Load)').click();
    await this.page.waitForSelector(`::-p-text(In use: ${address})`, LONG);
    const seconds = (performance.now() - begin) / 1000;
    return {
      seconds,
      ...watch.end(),
      peakResidentMB: rendererMB(this.profile, 'VmHWM'),
    };
  }

  async useEmbedded() {
    await this.page.select('section[aria-label=Model] select', 'embedded');
    await this.page.waitForSelector('::-p-text(This is not GPT-2.)', LONG);
  }

  /** Seconds from pressing Run to the first row. */
  async firstRow() {
    const begin = performance.now();
    await this.page.locator(RUN).click();
    await this.page.waitForFunction(
      () => /[1-9]\d* of \d+ rows/.test(document.body.innerText),
      LONG,
    );
    const seconds = (performance.now() - begin) / 1000;
    await this.page.screenshot({ path: 'build/bench/loading.png', fullPage: true });
    return seconds;
  }

  /** After a moment in which the browser gives back what it no longer needs. */
  async restingMB() {
    await new Promise((later) => setTimeout(later, 3000));
    return rendererMB(this.profile, 'VmRSS');
  }
}
