/** The page as its users see it; and a test that fails where the console shows an error. */

import { test as base, type ConsoleMessage, expect, type Page } from '@playwright/test';

import { TOKENIZER_FILES } from '../../web/src/weights/texts';
import { type Cell, cellsOf } from './cells';

export type Part = 'Model' | 'Lessons' | 'Results' | 'Open' | 'Share' | 'More';

export const loadButtonOf = (page: Page) => page.getByRole('button', { name: /^Load( |$)/ });

export class PatchboardPage {
  constructor(readonly page: Page) {}

  async open(query = '') {
    await this.page.goto(`./${query}`);
  }

  /** Opens the page, waits for the model that comes with it and for what it runs by itself. */
  async openScene(query = '') {
    await this.open(query);
    await expect(this.runButton).toBeEnabled();
  }

  /** The same, with exact values, which a slow machine offers in place of computing them. */
  async openFinished(query = '') {
    await this.openScene(query);
    await this.finish();
  }

  /**
   * What runs by itself, and what is only offered: on a slow machine the exact values of a run that nobody asked
   * for. So no test waits for “done” where it did not press Run.
   */
  async finish() {
    const { status } = this;
    await expect(status).toHaveAttribute('data-status', /done|estimated/, { timeout: 120_000 });
    if ((await status.getAttribute('data-status')) === 'estimated') await this.run();
  }

  /** The same, and then “More”, where every setting and every map is. */
  async openReady(query = '') {
    await this.openScene(query);
    await this.show('More');
  }

  /** One of the parts that open over the scene. */
  part(name: Part) {
    return this.page.getByRole('dialog', { name, exact: true });
  }

  /** “Model” opens beside what else is open. */
  async show(name: Part) {
    const { page } = this;
    if (await this.part(name).isVisible()) return;
    if (name === 'Model') {
      await this.showModel();
      return;
    }
    await this.close();
    const bar = page.getByRole(name === 'More' ? 'contentinfo' : 'banner');
    await bar.getByRole('button', { name: new RegExp(`^${name}`) }).click();
    await expect(this.part(name)).toBeVisible();
  }

  /** It opens and closes by itself while a model is loaded: then a click may come as it does. */
  private async showModel() {
    const button = this.page.getByRole('banner').getByRole('button').first();
    const part = this.part('Model');
    await expect(async () => {
      if (!(await part.isVisible())) await button.click();
      await expect(part).toBeVisible({ timeout: 2000 });
    }).toPass();
  }

  /** Whatever is open over the scene. */
  async close() {
    // The last one lies over the others.
    const buttons = await this.page.getByRole('button', { name: /^Close “/ }).all();
    for (const button of buttons.reverse()) {
      if (await button.isVisible()) await button.click();
    }
  }

  /** An example, with its maps in “More”. */
  async pick(title: string) {
    await this.show('Lessons');
    await this.page.getByRole('button', { name: title }).click();
    await this.show('More');
  }

  async expectInUse(text: string, timeout = 60_000) {
    await expect(async () => {
      await this.show('Model');
      await expect(this.page.getByText(text)).toBeVisible({ timeout: 500 });
    }).toPass({ timeout });
  }

  /** Models on this machine's disk, with nothing of them still to come: their server may go. */
  async expectKept(count: number) {
    const models = count === 1 ? 'model' : 'models';
    const summary = `Kept on this machine: ${count} ${models}`;
    await this.show('Model');
    await expect(this.page.getByText(new RegExp(`^${summary}(?!.*not whole yet)`))).toBeVisible();
  }

  /** The heatmaps that are seen, without the history's thumbnails. */
  get maps() {
    return this.page.locator('[role="application"]:visible canvas');
  }

  /** Of the run, as it is told. */
  get status() {
    return this.page.locator('[data-status]:visible').first();
  }

  get runButton() {
    return this.page.getByRole('button', { name: 'Run', exact: true });
  }

  get cancelButton() {
    return this.page.getByRole('button', { name: 'Cancel', exact: true });
  }

  /** With the size, once it is known. */
  get loadButton() {
    return loadButtonOf(this.page);
  }

  get clean() {
    return this.page.getByLabel('Clean prompt', { exact: false }).first();
  }

  get corrupted() {
    return this.page.getByLabel('Corrupted prompt', { exact: false }).first();
  }

  get modelSelect() {
    return this.page.getByRole('combobox', { name: 'Model' });
  }

  get dtypeSelect() {
    return this.page.getByRole('combobox', { name: 'Weights in memory' });
  }

  get alerts() {
    return this.page.getByRole('alert');
  }

  async expectStatus(status: 'idle' | 'running' | 'cancelled' | 'failed', timeout = 120_000) {
    await expect(this.page.locator(`[data-status="${status}"]`).first()).toBeAttached({ timeout });
  }

  /** Of a run that was asked for by Run, or is an embedded page's; of any other: finish(). */
  async expectAskedRunDone(timeout = 120_000) {
    await expect(this.page.locator('[data-status="done"]').first()).toBeAttached({ timeout });
  }

  async run() {
    await this.runButton.click();
    // What began by itself while the click was on its way may have been cancelled by it.
    await expect(this.status).toHaveAttribute('data-status', /done|cancelled/, {
      timeout: 120_000,
    });
    if ((await this.status.getAttribute('data-status')) === 'cancelled')
      await this.runButton.click();
    await this.expectAskedRunDone();
  }

  /** reference: as it is called in the page. */
  async chooseMetric(label: string, reference?: string) {
    await this.page.getByRole('radio', { name: label, exact: true }).check();
    if (reference) await this.page.getByLabel('Shown as').selectOption({ label: reference });
  }

  async chooseAddress(address: string) {
    await this.show('Model');
    await this.modelSelect.selectOption('other');
    await this.page.getByLabel('Address of a folder', { exact: false }).fill(address);
  }

  async load(address: string) {
    await this.chooseAddress(address);
    await this.loadButton.click();
  }

  /** Every value, read from the table that people can open. */
  async values(): Promise<Cell[]> {
    const whole = this.page.getByRole('button', { name: 'All maps and values', expanded: false });
    if ((await this.page.getByRole('banner').count()) > 0) await this.show('More');
    else if (await whole.isVisible()) await whole.click();
    const details = this.page.locator('details', { hasText: 'All values as a table' });
    if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
    await expect(details.locator('tbody tr').first()).toBeVisible();
    const rows = await details
      .locator('tbody tr')
      .evaluateAll((elements) =>
        elements.map((row) => [...row.children].map((cell) => cell.textContent)),
      );
    return cellsOf(rows);
  }
}

/** See playwright.config.ts. */
const BLOCKED_ON_PURPOSE = /Service Worker registration blocked by Playwright/;

/** The browser's own line about a tokenizer's file that a model does not have. */
function isAskedInVain(message: ConsoleMessage): boolean {
  const name = message.location().url.split('/').at(-1) ?? '';
  const isTokenizers = TOKENIZER_FILES.some((file) => file === name);
  return isTokenizers && message.text().includes('status of 404');
}

export interface Options {
  /** Console errors that the browser itself writes, about requests that a test makes fail. */
  allowedErrors: RegExp | undefined;
  /** Whether every run is expected to take long: see slow.config.ts. */
  isSlow: boolean;
}

export const test = base.extend<Options & { patchboard: PatchboardPage }>({
  allowedErrors: [undefined, { option: true }],
  isSlow: [false, { option: true }],
  patchboard: async ({ page, allowedErrors, isSlow }, use) => {
    if (isSlow) {
      await page.addInitScript(() => {
        const now = performance.now.bind(performance);
        performance.now = () => 100 * now();
      });
    }
    const errors: string[] = [];
    page.on('console', (message) => {
      const isError = ['error', 'warning'].includes(message.type());
      if (isError && !isAskedInVain(message)) errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(error.message));
    await use(new PatchboardPage(page));
    const unexpected = errors.filter(
      (text) => !allowedErrors?.test(text) && !BLOCKED_ON_PURPOSE.test(text),
    );
    expect(unexpected, 'messages in the console').toEqual([]);
  },
});

export { expect };
