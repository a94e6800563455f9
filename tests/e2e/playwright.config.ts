import { fileURLToPath } from 'node:url';

import { defineConfig } from '@playwright/test';

import { freePort } from './free-port';

// Playwright's workers read this file again, and are to find the port that was chosen first.
const PORT = (process.env['PATCHBOARD_TEST_PORT'] ??= String(await freePort()));

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const CHROMIUM_SHELL = process.env['CHROMIUM_SHELL'] ?? CHROMIUM;

// Chromium runs as root only without its sandbox; and it must not look for the network.
const args = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// See long.config.ts.
const LONG = fileURLToPath(new URL('long/**', import.meta.url));

/** What a browser keeps, and whom it serves, in the whole browser, as people have it. */
const WHOLE_BROWSER = /(basic-example|first-visit|kept|site)\.spec\.ts$/;

export default defineConfig({
  testDir: '.',
  testIgnore: LONG,
  outputDir: '../../test-results',
  // Most tests wait more than they compute.
  workers: 2,
  // One busy moment of a machine shall not end a whole run; what needs its second try is told as flaky, and is a fault.
  retries: 1,
  // Of a machine as busy as any: what waits longer than this waits for what will not come.
  timeout: 180_000,
  expect: { timeout: 40_000 },
  reporter: 'list',
  use: {
    baseURL: `http://localhost:${PORT}/`,
    // What it does is tested by itself, in site.spec.ts.
    serviceWorkers: 'block',
  },
  projects: [
    {
      name: 'chromium',
      testMatch: WHOLE_BROWSER,
      use: { launchOptions: { executablePath: CHROMIUM, args } },
    },
    {
      // The same Chromium without its windows takes two thirds of the time.
      name: 'chromium without windows',
      testIgnore: [LONG, WHOLE_BROWSER],
      use: { launchOptions: { executablePath: CHROMIUM_SHELL, args } },
    },
  ],
  webServer: {
    command: `npm run preview -- --port ${PORT} --strictPort`,
    cwd: '../..',
    url: `http://localhost:${PORT}/`,
  },
});
