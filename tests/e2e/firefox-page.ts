/** The page in the distribution's own Firefox, which Playwright cannot drive. */

import { type Browser, launch, type Page } from 'puppeteer-core';

import { type Cell, cellsOf } from './cells';

/** Empty where this machine has none. */
export const FIREFOX = process.env['FIREFOX'] ?? '';

// Longer than a worker takes that has to be started twice.
const WAIT = { timeout: 80_000 };
const RUN = 'button.primary:not([disabled]) ::-p-text(Run)';

export class FirefoxPage {
  /** What the console shows of errors. */
  readonly errors: string[] = [];

  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
  }

  /** With a profile of its own, which holds what the page keeps until `close`. */
  static async launch(): Promise<FirefoxPage> {
    const browser = await launch({ browser: 'firefox', executablePath: FIREFOX });
    return new FirefoxPage(browser, await browser.newPage());
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  /** Opens the page and waits for its model. */
  async openReady(address: string): Promise<void> {
    await this.page.goto(address);
    await this.page.waitForSelector(RUN, WAIT);
    // What runs by itself has ended: its button is “Cancel”.
    await this.page.waitForSelector('[data-status="done"], [data-status="estimated"]', WAIT);
    await this.page.waitForSelector(RUN, WAIT);
  }

  /** Every value, read from the table that people can open. */
  async run(): Promise<Cell[]> {
    await this.click(RUN);
    await this.page.waitForSelector('[data-status="done"]', WAIT);
    await this.page.$$eval('.drawer:not([hidden]) > header button', (buttons) => {
      for (const button of buttons) (button as HTMLButtonElement).click();
    });
    await this.click('footer ::-p-text(More)');
    await this.click('summary ::-p-text(All values as a table)');
    await this.page.waitForSelector('details[open] tbody tr', WAIT);
    const rows = await this.page.$$eval('details[open] tbody tr', (elements) =>
      elements.map((row) => [...row.children].map((cell) => cell.textContent)),
    );
    return cellsOf(rows);
  }

  /** In the page itself: the pointer's way to it, which Chromium's tests go, came to no end on a busy machine. */
  private async click(selector: string): Promise<void> {
    const element = await this.page.waitForSelector(selector, WAIT);
    await element?.evaluate((found) => {
      (found as HTMLElement).click();
    });
  }

  /** For a test that failed: how far the page's run is, its buttons and its notices. */
  standing(): Promise<string> {
    return this.page.evaluate(() =>
      [
        ...document.querySelectorAll(
          '[data-status], button.primary, [role="status"], [role="alert"]',
        ),
      ]
        .map((part) => {
          const status = part.getAttribute('data-status') ?? part.tagName.toLowerCase();
          return `${status}${part.matches(':disabled') ? ' (disabled)' : ''}: ${part.textContent.trim()}`;
        })
        .join('\n'),
    );
  }

  async expectText(text: string): Promise<void> {
    await this.page.waitForSelector(`::-p-text(${text})`, WAIT);
  }

  isIsolated(): Promise<boolean> {
    return this.page.evaluate(() => globalThis.crossOriginIsolated);
  }
}
