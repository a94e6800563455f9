/** The model that comes with the page is asked for before there is an engine to take it. */

import { afterEach, expect, test, vi } from 'vitest';

import type { Feeder } from '../../web/src/loading/feeder';
import { loadModel } from '../../web/src/loading/load-model';
import { LoadReport } from '../../web/src/loading/report';
import { embeddedSource } from '../../web/src/weights/sources';

const BASE = 'http://localhost/page/';
const SOURCE = embeddedSource(BASE);

afterEach(() => {
  vi.unstubAllGlobals();
});

function feederThatTells(happened: unknown[]): Feeder {
  const feeder = {
    begin: (texts: unknown) => happened.push(texts),
    feed: (bytes: Uint8Array) => happened.push(new TextDecoder().decode(bytes)),
    session: { finish: () => happened.push('finished') },
  };
  return feeder as unknown as Feeder;
}

function load(feeder: Promise<Feeder>) {
  const report = new LoadReport(
    () => undefined,
    () => undefined,
  );
  return loadModel(feeder, SOURCE, report, () => undefined).finally(() => {
    report.end();
  });
}

test('all of its files are asked for at once, and fed in their order when there is an engine', async () => {
  const asked: string[] = [];
  vi.stubGlobal('location', { origin: new URL(BASE).origin });
  vi.stubGlobal('fetch', (url: string) => {
    const name = url.slice(SOURCE.folder.length);
    asked.push(name);
    return Promise.resolve(new Response(`of ${name}`));
  });
  const happened: unknown[] = [];
  let ready = (_feeder: Feeder): void => undefined;
  const loading = load(new Promise((resolve) => (ready = resolve)));
  await vi.waitFor(() => {
    expect([...asked].sort()).toEqual([
      'config.json',
      'merges.txt',
      'model.safetensors',
      'vocab.json',
    ]);
  });
  ready(feederThatTells(happened));
  await loading;
  expect(happened).toEqual([
    {
      config: 'of config.json',
      tokenizer: { 'vocab.json': 'of vocab.json', 'merges.txt': 'of merges.txt' },
    },
    'of model.safetensors',
    'finished',
  ]);
});

test('a file that is not there fails the load, whatever the engine does', async () => {
  vi.stubGlobal('location', { origin: new URL(BASE).origin });
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status: 404 })));
  await expect(load(Promise.resolve(feederThatTells([])))).rejects.toThrow('answered 404');
  await expect(load(Promise.reject(new Error('no engine')))).rejects.toThrow('no engine');
});
