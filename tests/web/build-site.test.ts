/** The folder that tools/build-site makes, and makes again. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchboard-site-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(files: Record<string, string>) {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** A page as `vite build` leaves it, with everything named by its version. */
function build(version: string) {
  rmSync(join(folder, 'built'), { recursive: true, force: true });
  write({
    'built/index.html': version,
    'built/service-worker.js': version,
    [`built/assets/index-${version}.js`]: version,
    'built/models/embedded/config.json': version,
    [`built/models/embedded/of-${version}`]: version,
  });
}

function run(command: string) {
  const script = `set -euo pipefail; . tools/lib/console.sh; . tools/lib/site.sh; ${command}`;
  return execFileSync('bash', ['-c', script, 'test', join(folder, 'built'), join(folder, 'site')], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

const replace = () => run('replace_site "$1" "$2"');

function siteFiles(): string[] {
  return readdirSync(join(folder, 'site'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, 'site/').length))
    .sort();
}

test('a site that is built again keeps the models that somebody put into it, and nothing else', () => {
  build('one');
  replace();
  write({ 'site/models/gpt2-medium/model.safetensors': 'gigabytes' });
  build('two');
  replace();
  expect(siteFiles()).toEqual([
    'assets/index-two.js',
    'index.html',
    'models/embedded/config.json',
    'models/embedded/of-two',
    'models/gpt2-medium/model.safetensors',
    'service-worker.js',
  ]);
  expect(readFileSync(join(folder, 'site/index.html'), 'utf8')).toBe('two');
  expect(run('models_in "$2"')).toBe('gpt2-medium\n');
});

test('a folder that is no site is left alone', () => {
  build('one');
  write({ 'site/thesis.tex': 'mine' });
  expect(replace).toThrow('is no site that this script made');
  expect(siteFiles()).toEqual(['thesis.tex']);
});

test('tools/build-site makes its folder by nothing else', () => {
  const script = readFileSync(join(ROOT, 'tools/build-site'), 'utf8');
  expect(script).toContain('replace_site web/dist "$out"');
  expect(script).not.toMatch(/\brm\b|\bcp\b/);
});
