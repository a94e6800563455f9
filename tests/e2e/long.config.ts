/** What takes gigabytes and minutes: no part of the ordinary run. */

import { defineConfig } from '@playwright/test';

import base from './playwright.config';

export default defineConfig(base, { testDir: './long', testIgnore: [], workers: 1 });
