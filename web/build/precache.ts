/** Writes into the service worker which files make the page, and their versions. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import type { Plugin } from 'vite';

const WORKER = 'service-worker.js';

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function revisionOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16);
}

/** After every other plugin has written its files. notKept: files that are the host's business. */
export function precache(folder: string, notKept: string[]): Plugin {
  return {
    name: 'precache',
    apply: 'build',
    closeBundle() {
      const entries = filesIn(folder)
        .filter((url) => url !== WORKER && !notKept.includes(url))
        .map((url) => ({ url, revision: revisionOf(join(folder, url)) }));
      const worker = readFileSync(join(folder, WORKER), 'utf8');
      const filled = worker.replace('self.PRECACHE', () => JSON.stringify(entries));
      if (filled === worker) throw new Error(`${WORKER} has no place for the list of files`);
      writeFileSync(join(folder, WORKER), filled);
    },
  };
}
