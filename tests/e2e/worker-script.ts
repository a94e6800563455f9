/** Runs a script at the beginning of the worker that computes, where a test takes something away from it. */

import type { Page } from '@playwright/test';

/** script: JavaScript; Playwright's own init scripts do not reach workers. */
export async function beginWorkerWith(page: Page, script: string): Promise<void> {
  await page.route(/\/assets\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script};\n${await response.text()}` });
  });
}
