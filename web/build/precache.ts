/** Writes into the service worker which files make the page, and their checksums. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import type { Plugin } from 'vite';

import type { PageFile } from '../src/site/page-files.ts';

const WORKER = 'service-worker.js';
const INDEX = 'index.html';

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('base64');
}

/** After every other plugin has written its files. notKept: what is not needed to open the page without a network. */
export function precache(folder: string, notKept: string[]): Plugin {
  return {
    name: 'precache',
    apply: 'build',
    closeBundle() {
      const files = filesIn(folder)
        .filter((path) => path !== WORKER && !notKept.includes(path))
        // Some hosts send whoever asks for index.html on to its folder.
        .map((path): PageFile => ({
          path: path === INDEX ? '' : path,
          digest: digestOf(join(folder, path)),
        }));
      const worker = readFileSync(join(folder, WORKER), 'utf8');
      const filled = worker.replace('self.FILES', () => JSON.stringify(files));
      if (filled === worker) throw new Error(`${WORKER} has no place for the list of files`);
      writeFileSync(join(folder, WORKER), filled);
    },
  };
}
