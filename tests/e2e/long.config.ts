/** What takes gigabytes and minutes: no part of the ordinary run. */

import { defineConfig } from '@playwright/test';

import base from './playwright.config';

const wholeBrowser = base.projects?.[0]?.use;

export default defineConfig({
  ...base,
  testDir: './long',
  testIgnore: [],
  workers: 1,
  projects: [{ name: 'chromium', use: { ...wholeBrowser } }],
});
