/** The page's side of a worker: how it begins, and that it ends, whatever happens. */

import { expose } from 'comlink';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { USUAL_OPTIONS } from '../../web/src/experiment/prompt-options';
import { embeddedSource } from '../../web/src/weights/sources';
import { Engine } from '../../web/src/worker/engine';
import { EngineOver } from '../../web/src/worker/engine-over';

const SOURCE = embeddedSource('http://localhost/');
const quiet = { onProgress: () => {}, onNote: () => {}, onRetry: () => {} };
const never = new AbortController().signal;
const LOADED = { info: {}, oneThread: undefined };

/** What a worker answers. */
interface Behaviour {
  start: () => unknown;
  load: () => unknown;
  call: () => unknown;
  rest: () => unknown;
}

let behaviour: Behaviour;
let workers: FakeWorker[];

class FakeWorker {
  readonly happened: string[] = [];
  private readonly channel = new MessageChannel();
  private readonly onError: ((event: { message: string }) => void)[] = [];

  constructor() {
    workers.push(this);
    expose(
      {
        start: () => behaviour.start(),
        load: () => behaviour.load(),
        call: () => behaviour.call(),
        rest: () => {
          this.happened.push('rests');
          return behaviour.rest();
        },
      },
      this.channel.port2,
    );
    this.channel.port1.start();
  }

  addEventListener(type: string, listener: (event: never) => void) {
    if (type === 'error') this.onError.push(listener as (event: { message: string }) => void);
    else this.channel.port1.addEventListener(type, listener as unknown as EventListener);
  }

  removeEventListener(type: string, listener: (event: never) => void) {
    this.channel.port1.removeEventListener(type, listener as unknown as EventListener);
  }

  postMessage(message: unknown, transfer: Transferable[]) {
    this.channel.port1.postMessage(message, transfer as never);
  }

  terminate() {
    this.happened.push('terminated');
    this.channel.port1.close();
  }

  crash(message: string) {
    for (const listener of this.onError) listener({ message });
  }
}

const settle = (ms = 30) => new Promise((resolve) => setTimeout(resolve, ms));

beforeEach(() => {
  behaviour = { start: () => undefined, load: () => LOADED, call: () => [], rest: () => undefined };
  workers = [];
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('document', { baseURI: 'http://localhost/' });
});

afterEach(() => {
  for (const worker of workers) worker.terminate();
  vi.unstubAllGlobals();
});

const load = async () => (await Engine.load(SOURCE, 'f32', quiet, never)).engine;

test('a model’s threads rest before its worker is terminated', async () => {
  const engine = await load();
  engine.close();
  engine.close();
  await settle();
  expect(workers.at(-1)?.happened).toEqual(['rests', 'terminated']);
  await expect(engine.call('tokenize', ['a', USUAL_OPTIONS])).rejects.toThrow('was unloaded');
});

test('a worker that computes on and on is ended by force', async () => {
  const engine = await load();
  behaviour.rest = () => new Promise(() => undefined);
  engine.close();
  await settle();
  expect(workers.at(-1)?.happened).toEqual(['rests']);
  await settle(1200);
  expect(workers.at(-1)?.happened).toEqual(['rests', 'terminated']);
});

test('whatever is waited for when a model is unloaded is rejected', async () => {
  const engine = await load();
  behaviour.call = () => new Promise(() => undefined);
  const asked = engine.call('tokenize', ['a', USUAL_OPTIONS]);
  engine.close();
  await expect(asked).rejects.toThrow('was unloaded');
});

test('a load that is given up ends its worker, at whatever moment', async () => {
  for (const moment of [0, 1, 2, 3, 5, 8, 20]) {
    const abort = new AbortController();
    const loading = Engine.load(SOURCE, 'f32', quiet, abort.signal);
    if (moment > 0) await settle(moment);
    abort.abort(new Error('given up'));
    const found = await loading.catch((error: unknown) => error);
    await settle();
    // An engine that was there before is its owner's to close.
    if (found instanceof Error) expect(workers.at(-1)?.happened).toEqual(['rests', 'terminated']);
    else expect(workers.at(-1)?.happened).toEqual([]);
  }
});

test('a load that fails ends its worker', async () => {
  behaviour.load = () => {
    throw new Error('no such file');
  };
  await expect(load()).rejects.toThrow('no such file');
  await settle();
  expect(workers[0]?.happened.at(-1)).toBe('terminated');
});

test('a trap in WebAssembly ends the engine, whose memory is of no use then', async () => {
  const engine = await load();
  behaviour.call = () => {
    throw Object.assign(new Error('memory access out of bounds'), { name: 'RuntimeError' });
  };
  await expect(engine.call('tokenize', ['a', USUAL_OPTIONS])).rejects.toThrow(
    'memory access out of bounds',
  );
  const why: unknown = await engine.over.catch((error: unknown) => error);
  expect(why).toBeInstanceOf(EngineOver);
  expect((why as EngineOver).isCrash).toBe(true);
  await settle();
  expect(workers[0]?.happened.at(-1)).toBe('terminated');
});

test('a worker that stops says so to whoever waits, once', async () => {
  const engine = await load();
  behaviour.call = () => new Promise(() => undefined);
  const asked = engine.call('tokenize', ['a', USUAL_OPTIONS]);
  workers[0]?.crash('');
  await expect(asked).rejects.toThrow('the computing worker stopped: out of memory?');
});

test('a worker that does not start is ended, and another one is asked once', async () => {
  vi.useFakeTimers();
  try {
    let starts = 0;
    behaviour.start = () => (++starts === 1 ? new Promise(() => undefined) : undefined);
    const loading = load();
    await vi.advanceTimersByTimeAsync(30_000);
    (await loading).close();
    expect(workers).toHaveLength(2);
    expect(workers[0]?.happened).toContain('terminated');
    behaviour.start = () => new Promise(() => undefined);
    const failing = expect(load()).rejects.toThrow('started no engine within 50 s');
    await vi.advanceTimersByTimeAsync(60_000);
    await failing;
    expect(workers).toHaveLength(4);
  } finally {
    vi.useRealTimers();
  }
});
