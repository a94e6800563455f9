import { fileURLToPath } from 'node:url';

import { defineConfig } from '@playwright/test';

import { freePort } from './free-port';

// Playwright's workers read this file again, and are to find the port that was chosen first.
const PORT = (process.env['PATCHBOARD_TEST_PORT'] ??= String(await freePort()));

// Chromium runs as root only without its sandbox; and it must not look for the network.
const args = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export default defineConfig({
  testDir: '.',
  // See long.config.ts.
  testIgnore: fileURLToPath(new URL('long/**', import.meta.url)),
  outputDir: '../../test-results',
  // Most tests wait more than they compute.
  workers: 2,
  // Of a machine as busy as any: what waits longer than this waits for what will not come.
  timeout: 180_000,
  expect: { timeout: 40_000 },
  reporter: 'list',
  use: {
    baseURL: `http://localhost:${PORT}/`,
    // What it does is tested by itself, in site.spec.ts.
    serviceWorkers: 'block',
    launchOptions: { executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args },
  },
  webServer: {
    command: `npm run preview -- --port ${PORT} --strictPort`,
    cwd: '../..',
    url: `http://localhost:${PORT}/`,
  },
});
