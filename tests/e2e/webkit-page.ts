/** The page in the distribution's own WebKit, in a window of a display that nobody sees. */

import { type ChildProcess, spawn } from 'node:child_process';

import { type Cell, cellsOf } from './cells';
import { end, WebDriver } from './web-driver';

/** WebKitWebDriver; empty where this machine has none. */
export const WEBKIT = process.env['WEBKIT_DRIVER'] ?? '';

/** Resolves with its name. */
async function startDisplay(): Promise<{ program: ChildProcess; name: string }> {
  // It writes the number of a display that is free to the fourth file.
  const args = ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'];
  const program = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const name = await new Promise<string>((resolve, reject) => {
    program.stdio[3]?.once('data', (number) => resolve(`:${String(number).trim()}`));
    program.once('error', reject);
    program.once('exit', () => reject(new Error('Xvfb ended at its start')));
  });
  return { program, name };
}

const button = (name: string) => `//button[normalize-space()="${name}" and not(@disabled)]`;

export class WebKitPage {
  private constructor(
    private readonly display: ChildProcess,
    readonly driver: WebDriver,
  ) {}

  /**
   * In a private window: whatever it keeps is gone with `close`.
   * hasSharedMemory: as in Safari; WebKit for GTK leaves it out.
   */
  static async launch({ hasSharedMemory = false } = {}): Promise<WebKitPage> {
    const display = await startDisplay();
    try {
      const env = {
        ...process.env,
        DISPLAY: display.name,
        GDK_BACKEND: 'x11',
        JSC_useSharedArrayBuffer: String(hasSharedMemory),
      };
      return new WebKitPage(display.program, await WebDriver.launch(WEBKIT, {}, env));
    } catch (error) {
      await end(display.program);
      throw error;
    }
  }

  async close(): Promise<void> {
    try {
      await this.driver.close();
    } finally {
      await end(this.display);
    }
  }

  /** What the page's own errors were since it was opened: see `SEEN_ERRORS`. */
  errors(): Promise<string[]> {
    return this.driver.call(() => (globalThis as { seenErrors?: string[] }).seenErrors ?? []);
  }

  /** Opens the page and waits for its model. */
  async openReady(address: string): Promise<void> {
    await this.driver.open(address);
    await this.waitFor('a model', () => this.driver.find(button('Run')));
  }

  async press(name: string): Promise<void> {
    await this.driver.click(button(name));
  }

  /** Every value, read from the table that people can open. */
  async run(): Promise<Cell[]> {
    // A map that was begun unasked has “Cancel” in the place of “Run”, so it is asked for until it is done.
    await this.waitFor('the run', () =>
      this.driver.call(() => {
        const status = document.querySelector('[data-status]')?.getAttribute('data-status');
        if (status === 'done') return true;
        const buttons = [...document.querySelectorAll<HTMLButtonElement>('button.primary')];
        const run = buttons.find((each) => each.textContent.trim() === 'Run' && !each.disabled);
        if (status !== 'running') run?.click();
        return false;
      }),
    );
    await this.driver.call(() => {
      const open = document.querySelectorAll<HTMLElement>('.drawer:not([hidden]) > .head button');
      for (const closes of open) closes.click();
    });
    await this.press('More ▸');
    return cellsOf(
      await this.waitFor('the table', async () => {
        const rows = await this.driver.call(() => {
          // By a click of the page's own: a real one misses where the page is still growing above it.
          const summaries = [
            ...document.querySelectorAll<HTMLElement>('details:not([open]) > summary'),
          ];
          summaries.find((each) => each.innerText === 'All values as a table')?.click();
          return [...document.querySelectorAll('details[open] tbody tr')].map((row) =>
            [...row.children].map((cell) => cell.textContent),
          );
        });
        return rows.length > 0 && rows;
      }),
    );
  }

  /** Waits until `work` gives something that is true; tells what the page shows where it does not. */
  async waitFor<T>(what: string, work: () => Promise<T | undefined | false>): Promise<T> {
    try {
      return await this.driver.waitFor(what, work);
    } catch (error) {
      throw new Error(`${String(error)}; the page shows:\n${await this.text()}`);
    }
  }

  /** What people read. */
  text(): Promise<string> {
    return this.driver.call(() => document.body.innerText);
  }

  async expectText(text: string): Promise<void> {
    await this.waitFor(`"${text}"`, async () => (await this.text()).includes(text));
  }
}

/** A script that goes before the page's own, and its file's content. */
export const SEEN_ERRORS = `
const seenErrors = (globalThis.seenErrors = []);
addEventListener('error', (event) => seenErrors.push(String(event.message)));
addEventListener('unhandledrejection', (event) => seenErrors.push(String(event.reason)));
for (const name of ['error', 'warn']) {
  const write = console[name];
  console[name] = (...args) => {
    seenErrors.push(args.map(String).join(' '));
    write.apply(console, args);
  };
}
`;
