/** The page as its users see it; and a test that fails where the console shows an error. */

import { test as base, expect, type Page } from '@playwright/test';

import { type Cell, cellsOf } from './cells';

export const loadButtonOf = (page: Page) => page.getByRole('button', { name: /^Load( |$)/ });

export class PatchboardPage {
  constructor(readonly page: Page) {}

  async open(query = '') {
    await this.page.goto(`./${query}`);
  }

  /** Opens the page and waits for the model that comes with it. */
  async openReady(query = '') {
    await this.open(query);
    await expect(this.runButton).toBeEnabled();
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

  async expectStatus(
    status: 'idle' | 'running' | 'done' | 'cancelled' | 'failed',
    timeout = 60_000,
  ) {
    await expect(this.page.locator(`[data-status="${status}"]`)).toBeAttached({ timeout });
  }

  async run() {
    await this.runButton.click();
    await this.expectStatus('done');
  }

  /** reference: as it is called in the page. */
  async chooseMetric(label: string, reference?: string) {
    await this.page.getByRole('radio', { name: label, exact: true }).check();
    if (reference) await this.page.getByLabel('Shown as').selectOption({ label: reference });
  }

  async chooseAddress(address: string) {
    await this.modelSelect.selectOption('other');
    await this.page.getByLabel('Address of a folder', { exact: false }).fill(address);
  }

  async load(address: string) {
    await this.chooseAddress(address);
    await this.loadButton.click();
  }

  /** Every value, read from the table that people can open. */
  async values(): Promise<Cell[]> {
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

export const test = base.extend<{ patchboard: PatchboardPage; allowedErrors: RegExp | undefined }>({
  /** Console errors that the browser itself writes, about requests that a test makes fail. */
  allowedErrors: [undefined, { option: true }],
  patchboard: async ({ page, allowedErrors }, use) => {
    const errors: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) errors.push(message.text());
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
