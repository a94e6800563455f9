import { readFileSync } from 'node:fs';

import { afterEach, expect, test, vi } from 'vitest';

import { TIMING } from '../../web/src/weights/back-off';
import { type ReadOptions, type ReadState, RemoteFile } from '../../web/src/weights/remote-file';
import { store } from '../e2e/file-answers';
import { type Misbehaviour, type ModelServer, serveModel } from '../e2e/model-server';
import { EMBEDDED } from '../e2e/models';

const WHOLE = readFileSync(`${EMBEDDED}/model.safetensors`);
/** On a busy machine an answer may take its time: where nothing shall stall, nothing is told to. */
const QUICK = { ...TIMING, firstMs: 1, longestMs: 4, stallMs: 10_000 };
const IMPATIENT = { ...QUICK, stallMs: 100 };
const LONG_PAUSES = { ...QUICK, firstMs: 60_000, longestMs: 60_000 };
const OTHER_PAGE = 'http://page.example';
const DROP = { dropFirst: { bytes: 700_000, times: 1 } };

let server: ModelServer | undefined;

afterEach(async () => {
  vi.unstubAllGlobals();
  await server?.close();
  server = undefined;
});

async function serve(how: Misbehaviour): Promise<ModelServer> {
  await server?.close();
  server = await serveModel(EMBEDDED, how);
  return server;
}

function fileOf({ address }: ModelServer, options: ReadOptions = {}): RemoteFile {
  const url = `${address}model.safetensors`;
  return new RemoteFile(url, { timing: QUICK, pageOrigin: OTHER_PAGE, ...options });
}

interface Outcome {
  bytes: Buffer;
  restarts: string[];
  /** Why it paused, each time. */
  pauses: string[];
  server: ModelServer;
}

/** All pieces; a restart forgets what came before it. */
async function join(file: RemoteFile): Promise<{ bytes: Buffer; restarts: string[] }> {
  const restarts: string[] = [];
  let pieces: Uint8Array[] = [];
  for await (const piece of file.pieces()) {
    if (piece.kind === 'bytes') {
      pieces.push(piece.bytes.slice()); // the next piece overwrites them
    } else {
      restarts.push(piece.reason);
      pieces = [];
    }
  }
  return { bytes: Buffer.concat(pieces), restarts };
}

async function read(how: Misbehaviour, options: ReadOptions = {}): Promise<Outcome> {
  const current = await serve(how);
  const pauses: string[] = [];
  const onState = (state: ReadState) => {
    if (state.kind === 'paused') pauses.push(state.reason);
  };
  const joined = await join(fileOf(current, { onState, ...options }));
  return { ...joined, pauses, server: current };
}

function expectWhole({ bytes, restarts }: Outcome, whole = WHOLE) {
  expect(restarts).toEqual([]);
  expect(bytes.equals(whole)).toBe(true);
}

/** A change of one byte where both versions of the file are read. */
function changed(): Buffer {
  const to = Buffer.from(WHOLE);
  to.writeUInt8(to.readUInt8(1_000_000) ^ 1, 1_000_000);
  return to;
}

test('a file is read as it is, with its version', async () => {
  const outcome = await read({});
  expectWhole(outcome);
  expect(outcome.server.requests).toBe(1);
  const file = fileOf(outcome.server);
  await file.open();
  expect(file.total).toBe(WHOLE.length);
  expect(file.version.etag).toMatch(/^"[0-9a-f]{40}"$/);
});

test('a connection that drops after every percent is resumed where it dropped', async () => {
  const outcome = await read({ dropEvery: Math.ceil(WHOLE.length / 100) });
  expectWhole(outcome);
  expect(outcome.server.requests).toBeGreaterThanOrEqual(100);
  expect(outcome.pauses.length).toBeGreaterThan(40);
});

test('a server without ranges is read from the start, without giving a byte twice', async () => {
  const outcome = await read({ ignoreRange: true, dropFirst: { bytes: 700_000, times: 2 } });
  expectWhole(outcome);
  expect(outcome.server.requests).toBe(3);
});

test('a file that changes is read from the start again, and it is said', async () => {
  for (const ignoreRange of [false, true]) {
    for (const hide of [[], ['ETag']]) {
      const outcome = await read({
        ...DROP,
        change: { after: 1, to: changed() },
        ignoreRange,
        hide,
      });
      expect(outcome.restarts).toEqual([
        expect.stringMatching(
          /model\.safetensors: the file changed on the server, starting again$/,
        ),
      ]);
      expect(outcome.bytes.equals(changed())).toBe(true);
    }
  }
});

test('a file that became shorter is read from the start again', async () => {
  const to = WHOLE.subarray(0, 500_000);
  const outcome = await read({ ...DROP, change: { after: 1, to } });
  expect(outcome.restarts).toHaveLength(1);
  expect(outcome.bytes.equals(to)).toBe(true);
});

test('after a restart, the file tells what it is now', async () => {
  const to = WHOLE.subarray(0, 900_000);
  const file = fileOf(await serve({ ...DROP, change: { after: 1, to } }));
  for await (const piece of file.pieces()) {
    if (piece.kind === 'restart') expect(file.total).toBe(to.length);
  }
  expect.assertions(1);
});

test('bytes of a file whose version nobody tells are not put together', async () => {
  const outcome = await read({ ...DROP, hide: ['ETag', 'Last-Modified'] });
  expect(outcome.restarts).toEqual([expect.stringContaining('does not tell whether the file')]);
  expect(outcome.bytes.equals(WHOLE)).toBe(true);
});

test('a page that may see no more than Last-Modified and Content-Length still resumes', async () => {
  const outcome = await read({ ...DROP, hide: ['ETag', 'Content-Range'] });
  expectWhole(outcome);
  expect(outcome.server.sent).toBeLessThan(1.5 * WHOLE.length);
});

test('a file whose length nobody tells is read to its end', async () => {
  expectWhole(await read({ hide: ['Content-Length'] }));
  expectWhole(await read({ ...DROP, hide: ['Content-Length', 'Content-Range'] }));
});

test('a file of no bytes is read', async () => {
  expectWhole(await read({ replace: { 'model.safetensors': '' } }), Buffer.alloc(0));
});

test('a part of a file is read, and no more of it, whatever the server knows of ranges', async () => {
  for (const how of [{}, { ignoreRange: true }, { dropEvery: 30_000 }]) {
    for (const [from, until] of [
      [0, 100_000],
      [200_000, 300_001],
      [WHOLE.length - 5, WHOLE.length + 5],
    ] as const) {
      const version = { etag: store(WHOLE).etag };
      const outcome = await read(how, { from, until, ...(from > 0 && { version }) });
      expect(outcome.bytes.equals(WHOLE.subarray(from, until))).toBe(true);
    }
  }
});

test('reading goes on at a later visit', async () => {
  const first = fileOf(await serve({}));
  await first.open();
  const { version } = first;
  const rest = await read({}, { from: 1_000_000, version });
  expectWhole(rest, WHOLE.subarray(1_000_000));
  const end = await read({}, { from: WHOLE.length, version });
  expectWhole(end, Buffer.alloc(0));
  const other = await read({}, { from: 1_000_000, version: { ...version, etag: '"other"' } });
  expect(other.restarts).toHaveLength(1);
  expect(other.bytes.equals(WHOLE)).toBe(true);
});

test('to another origin, nothing goes that it would have to allow first', async () => {
  const outcome = await read(DROP);
  const [, second] = outcome.server.exchanges;
  expect(second?.headers.range).toMatch(/^bytes=\d+-\d+$/);
  expect(outcome.server.exchanges.every(({ headers }) => !('if-range' in headers))).toBe(true);
});

test('the own server is asked for a part of that version alone', async () => {
  const current = await serve({ ...DROP, change: { after: 1, to: changed() } });
  const file = fileOf(current, { pageOrigin: new URL(current.address).origin });
  expect((await join(file)).bytes.equals(changed())).toBe(true);
  expect(current.exchanges[1]?.headers['if-range']).toMatch(/^"/);
  expect(current.requests).toBe(2); // the answer to the second one is the other version already
});

test('a server that is busy is asked again', async () => {
  for (const status of [408, 429, 500, 503]) {
    const outcome = await read({ failFirst: { status, times: 5 } });
    expectWhole(outcome);
    expect(outcome.pauses[0]).toMatch(`the server answered ${status}`);
  }
});

test('a server that is busy for too long is said to be', async () => {
  await expect(read({ status: { 'model.safetensors': 500 } })).rejects.toThrow(
    /the server answered 500 .*; given up after 8 attempts without a new byte, with 0 bytes read/,
  );
  expect(server?.requests).toBe(8);
});

test('the pause is as long as the server asks for', async () => {
  const waits: number[] = [];
  const file = fileOf(await serve({ failFirst: { status: 429, times: 1, retryAfter: '30' } }), {
    onState: (state) => {
      if (state.kind !== 'paused') return;
      waits.push(state.retryInMs);
      setTimeout(() => {
        file.retryNow();
      });
    },
  });
  await file.open();
  expect(waits).toEqual([30_000]);
});

test('a server that refuses is not asked again', async () => {
  for (const status of [401, 403, 404, 410]) {
    const refused = read({ failFirst: { status, times: 9 } });
    await expect(refused).rejects.toThrow(`model.safetensors: the server answered ${status}`);
    expect(server?.requests).toBe(1);
  }
  await expect(read({ html: 'model.safetensors' })).rejects.toThrow('sent a web page');
});

test('a file that is taken away midway is said to be', async () => {
  const current = await serve(DROP);
  const file = fileOf(current);
  await file.open();
  current.how = { status: { 'model.safetensors': 404 } };
  await expect(join(file)).rejects.toThrow('the server answered 404');
});

test('a server that was never reached is asked three times', async () => {
  const { address, close } = await serve({});
  await close();
  server = undefined;
  const pauses: string[] = [];
  const file = new RemoteFile(`${address}model.safetensors`, {
    timing: QUICK,
    pageOrigin: OTHER_PAGE,
    onState: (state) => pauses.push(state.kind),
  });
  await expect(file.open()).rejects.toThrow(/could not be reached.*Access-Control-Allow-Origin/);
  expect(pauses).toEqual(['paused', 'paused']);
});

test('a server that goes away midway is asked until it makes no sense, and the rest is kept', async () => {
  const current = await serve(DROP);
  const file = fileOf(current);
  await file.open();
  await current.close();
  server = undefined;
  await expect(join(file)).rejects.toThrow(
    new RegExp(`given up after 8 attempts.*\\d+ of ${WHOLE.length} bytes read.*is kept`),
  );
});

test('a connection on which nothing comes is given up for another', async () => {
  const stalled = await read({ stallAfter: 300_000 }, { timing: IMPATIENT });
  expectWhole(stalled);
  // Once; more where this machine is too busy to answer in time.
  expect(new Set(stalled.pauses)).toEqual(new Set(['nothing arrived for 0.1 s']));
  const silent = await read({ silentFirst: true }, { timing: IMPATIENT });
  expectWhole(silent);
  expect(new Set(silent.pauses)).toEqual(new Set(['nothing arrived for 0.1 s']));
});

test('a connection that is slow is not given up', async () => {
  const slow = { file: 'model.safetensors', pieces: 20, pauseMs: 100 };
  const outcome = await read({ slow }, { timing: { ...QUICK, stallMs: 1500 } });
  expectWhole(outcome);
  expect(outcome.pauses).toEqual([]);
});

test('a file that ends before its promised length is complete where the server says so', async () => {
  const outcome = await read({ lieBy: 10 });
  expect(outcome.bytes.equals(WHOLE)).toBe(true);
});

test('a file that always ends too early is not asked for for ever', async () => {
  await expect(read({ lieBy: 10, ignoreRange: true })).rejects.toThrow(
    /the connection ended; given up after 8 attempts without a new byte, with \d+ of \d+ bytes read/,
  );
  await expect(read({ dropEvery: 700_000, ignoreRange: true })).rejects.toThrow(
    /given up after 8 attempts without a new byte/,
  );
});

test('a file that is another one each time is not read for ever', async () => {
  const hide = ['ETag', 'Last-Modified'];
  await expect(read({ dropEvery: 700_000, hide })).rejects.toThrow('given up after 8 attempts');
});

test('a file that is longer than promised is refused', async () => {
  const response = new Response('123456', { headers: { 'Content-Length': '4' } });
  vi.stubGlobal('fetch', () => Promise.resolve(response));
  const file = new RemoteFile('https://example.org/file', { pageOrigin: OTHER_PAGE });
  await expect(join(file)).rejects.toThrow(
    'https://example.org/file: the server promised 4 bytes, but sent 6 or more',
  );
});

test('before the first byte, the last answer counts', async () => {
  const broken = new ReadableStream({
    start: (controller) => {
      controller.error(new TypeError('network error'));
    },
  });
  const answers = [
    new Response(broken, { headers: { 'Content-Length': '4' } }),
    new Response('123456'),
  ];
  vi.stubGlobal('fetch', () => Promise.resolve(answers.shift()));
  const options = { timing: QUICK, pageOrigin: OTHER_PAGE };
  const { bytes } = await join(new RemoteFile('https://example.org/file', options));
  expect(bytes.toString()).toBe('123456');
});

test('a pause ends when somebody wants it to, or the browser is online again', async () => {
  const window = new EventTarget();
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
  const ends = [
    (file: RemoteFile) => {
      file.retryNow();
    },
    () => window.dispatchEvent(new Event('online')),
  ];
  for (const end of ends) {
    const file = fileOf(await serve(DROP), {
      timing: LONG_PAUSES,
      onState: ({ kind }) => {
        if (kind === 'paused') setTimeout(end, 0, file);
      },
    });
    expect((await join(file)).bytes.equals(WHOLE)).toBe(true);
  }
});

test('who aborts gets the own reason, in a pause and at once while bytes come', async () => {
  const abort = new AbortController();
  const inPause = ({ kind }: ReadState) => {
    if (kind === 'paused') abort.abort(new Error('enough'));
  };
  const paused = read(DROP, { timing: LONG_PAUSES, signal: abort.signal, onState: inPause });
  await expect(paused).rejects.toThrow('enough');

  const slow = { file: 'model.safetensors', pieces: 2, pauseMs: 60_000 };
  const timing = { ...QUICK, stallMs: 60_000 };
  const later = new AbortController();
  setTimeout(() => {
    later.abort(new Error('at once'));
  }, 50);
  const reading = read({ slow }, { timing, signal: later.signal });
  await expect(reading).rejects.toThrow('at once');

  await expect(read({}, { signal: AbortSignal.abort(new Error('never')) })).rejects.toThrow(
    'never',
  );
});
