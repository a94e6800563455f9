/** The service worker's files: how often each is sent, and that a version is whole or none. */

import { createHash } from 'node:crypto';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { PageFiles } from '../../web/src/site/page-files';
import { FakeCaches, FakeHost } from './fake-host';

const SCOPE = 'https://host/page/';
const SHELL = 'the page';

const digestOf = (text: string) => createHash('sha256').update(text).digest('base64');
const versionWith = (licence: string) =>
  new PageFiles(SCOPE, [
    { path: '', digest: digestOf(SHELL) },
    { path: 'LICENSE.txt', digest: digestOf(licence) },
  ]);
const textOf = async (files: PageFiles, path: string) => {
  const file = files.find(SCOPE + path);
  if (!file) throw new Error(`no ${path}`);
  let work: Promise<unknown> = Promise.resolve();
  const response = await files.answer(file, (last) => (work = last));
  await work;
  return response.text();
};

let host: FakeHost;

beforeEach(() => {
  host = new FakeHost(SCOPE);
  host.files[''] = { content: SHELL, etag: 'shell' };
  host.files['LICENSE.txt'] = { content: 'old', etag: 'old' };
  vi.stubGlobal('fetch', host.fetch);
  vi.stubGlobal('caches', new FakeCaches());
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a new version that is tried again, before its server has all of it, moves a file once', async () => {
  await versionWith('old').complete('');
  host.sent.length = 0;
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(versionWith('new').succeed()).rejects.toThrow('is not of this version');
  }
  expect(host.sent).toEqual(['LICENSE.txt']);

  host.sent.length = 0;
  host.files['LICENSE.txt'] = { content: 'new', etag: 'new' };
  const version = versionWith('new');
  await version.succeed();
  expect(host.sent).toEqual(['LICENSE.txt']);
  expect(await textOf(version, 'LICENSE.txt')).toBe('new');
  expect(host.sent).toEqual(['LICENSE.txt']);
});

test('a version that changed is had from a server that tells no change', async () => {
  await versionWith('old').complete('');
  host.sent.length = 0;
  host.files['LICENSE.txt'] = { content: 'new', etag: 'old' };
  const version = versionWith('new');
  await version.succeed();
  expect(host.sent).toEqual(['LICENSE.txt']);
  expect(await textOf(version, 'LICENSE.txt')).toBe('new');
});

test('what a version has kept is only what its files are', async () => {
  await versionWith('old').complete('');
  await expect(versionWith('new').succeed()).rejects.toThrow();
  host.files['LICENSE.txt'] = { content: 'new', etag: 'new' };
  const version = versionWith('new');
  await version.succeed();
  await version.forgetOthers();
  const names = await caches.keys();
  const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  expect(kept.map((requests) => requests.map(({ url }) => url).sort())).toEqual([
    [SCOPE, `${SCOPE}LICENSE.txt`],
  ]);
});

test('a rare file is kept once it was asked for, and then by later versions too', async () => {
  const path = 'tokenizers/gpt2/merges.txt';
  const rare = { path, digest: digestOf('merges') };
  const version = (shell: string) =>
    new PageFiles(SCOPE, [{ path: '', digest: digestOf(shell) }, rare]);
  host.files[path] = { content: 'merges', etag: 'merges' };
  await version(SHELL).complete('');
  host.files[''] = { content: 'another page', etag: 'another' };
  await version('another page').succeed();
  expect(host.sent).not.toContain(path);

  const current = version('another page');
  expect(await textOf(current, path)).toBe('merges');
  await current.complete('');
  host.sent.length = 0;
  expect(await textOf(current, path)).toBe('merges');
  host.files[''] = { content: 'a third page', etag: 'third' };
  const next = version('a third page');
  await next.succeed();
  await next.forgetOthers();
  expect(await textOf(next, path)).toBe('merges');
  expect(host.sent).not.toContain(path);
});
