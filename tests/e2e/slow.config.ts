/**
 * The same tests on a machine that is a hundred times as slow, as far as the page can tell: by the clock it goes by.
 * No run that nobody asked for is computed to its end there, as on the busiest of machines.
 */

import { defineConfig } from '@playwright/test';

import type { Options } from './patchboard-page';
import base from './playwright.config';

export default defineConfig<Options>(base, { use: { isSlow: true } });
