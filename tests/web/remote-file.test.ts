import { readFileSync } from 'node:fs';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { TIMING } from '../../web/src/weights/back-off';
import { isSameVersion, rangeHeaders } from '../../web/src/weights/file-version';
import { type ReadOptions, type ReadState, RemoteFile } from '../../web/src/weights/remote-file';
import { type Misbehaviour, type ModelServer, serveModel } from '../e2e/model-server';
import { EMBEDDED } from '../e2e/models';

const WHOLE = readFileSync(`${EMBEDDED}/model.safetensors`);
const QUICK = { ...TIMING, firstMs: 1, longestMs: 4, stallMs: 100 };

let server: ModelServer;

beforeEach(() => {
  // What workers have and Node has not.
  vi.stubGlobal('location', { origin: 'http://page.example' });
  vi.stubGlobal('addEventListener', () => undefined);
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await server.close();
});

interface Outcome {
  bytes: Buffer;
  restarts: string[];
  states: ReadState[];
}

/** Reads everything; a restart forgets what came before it. */
async function read(how: Misbehaviour, options: ReadOptions = {}): Promise<Outcome> {
  server = await serveModel(EMBEDDED, how);
  const outcome: Outcome = { bytes: Buffer.alloc(0), restarts: [], states: [] };
  let pieces: Uint8Array[] = [];
  const file = await RemoteFile.open(`${server.address}model.safetensors`, {
    timing: QUICK,
    onState: (state) => outcome.states.push(state),
    ...options,
  });
  for await (const piece of file.pieces()) {
    if (piece.kind === 'bytes') {
      pieces.push(piece.bytes);
    } else {
      outcome.restarts.push(piece.reason);
      pieces = [];
    }
  }
  outcome.bytes = Buffer.concat(pieces);
  return outcome;
}

function expectWhole({ bytes, restarts }: Outcome, whole = WHOLE) {
  expect(restarts).toEqual([]);
  expect(bytes.equals(whole)).toBe(true);
}

test('a file is read as it is', async () => {
  expectWhole(await read({}));
  expect(server.requests).toBe(1);
});

test('a connection that drops after every percent is resumed where it dropped', async () => {
  const outcome = await read({ dropEvery: Math.ceil(WHOLE.length / 100) });
  expectWhole(outcome);
  expect(server.requests).toBeGreaterThanOrEqual(100);
  expect(outcome.states.filter(({ kind }) => kind === 'paused').length).toBeGreaterThan(40);
});

test('a server that knows no ranges is read from the start, without giving a byte twice', async () => {
  expectWhole(await read({ ignoreRange: true, dropFirst: { bytes: 700_000, times: 2 } }));
  expect(server.requests).toBe(3);
});

test('a file that changes is read from the start again, and it is said', async () => {
  const to = Buffer.from(WHOLE);
  to[1_000_000]! ^= 1;
  for (const ignoreRange of [false, true]) {
    const outcome = await read({
      dropFirst: { bytes: 700_000, times: 1 },
      change: { after: 1, to },
      ignoreRange,
    });
    expect(outcome.restarts).toEqual([expect.stringContaining('the file changed on the server')]);
    expect(outcome.bytes.equals(to)).toBe(true);
    await server.close();
  }
});

test('a file that became shorter is read from the start again', async () => {
  const to = WHOLE.subarray(0, 500_000);
  const outcome = await read({
    dropFirst: { bytes: 700_000, times: 1 },
    change: { after: 1, to },
  });
  expect(outcome.restarts).toHaveLength(1);
  expect(outcome.bytes.equals(to)).toBe(true);
});

test('bytes of a file whose version nobody tells are not put together', async () => {
  const outcome = await read({ withoutVersion: true, dropFirst: { bytes: 700_000, times: 1 } });
  expect(outcome.restarts).toEqual([expect.stringContaining('does not tell')]);
  expect(outcome.bytes.equals(WHOLE)).toBe(true);
});

test('reading goes on at a later visit', async () => {
  server = await serveModel(EMBEDDED);
  const url = `${server.address}model.safetensors`;
  const { version } = await RemoteFile.open(url, { timing: QUICK });
  await server.close();
  const rest = await read({}, { from: 1_000_000, version });
  expectWhole(rest, WHOLE.subarray(1_000_000));
  await server.close();
  const other = await read({}, { from: 1_000_000, version: { ...version, etag: '"other"' } });
  expect(other.restarts).toHaveLength(1);
  expect(other.bytes.equals(WHOLE)).toBe(true);
});

test('a server that is busy is asked again', async () => {
  for (const status of [429, 500, 503]) {
    expectWhole(await read({ failFirst: { status, times: 2 } }));
    await server.close();
  }
});

test('a server that refuses is not asked again', async () => {
  for (const status of [401, 403, 404]) {
    await expect(read({ failFirst: { status, times: 9 } })).rejects.toThrow(`answered ${status}`);
    expect(server.requests).toBe(1);
    await server.close();
  }
  await expect(read({ html: 'model.safetensors' })).rejects.toThrow('sent a web page');
});

test('a connection on which nothing comes is given up for another', async () => {
  const outcome = await read({ stallAfter: 300_000 });
  expectWhole(outcome);
  expect(outcome.states).toContainEqual(
    expect.objectContaining({ kind: 'paused', reason: 'nothing arrived for 0.1 s' }),
  );
});

test('a server that promises more than it has is not read for ever', async () => {
  await expect(read({ lieBy: 10, ignoreRange: true })).rejects.toThrow(
    `given up after 8 attempts at byte ${WHOLE.length} of ${WHOLE.length + 10}`,
  );
});

test('a server that lies about the whole file but not about its parts gives it', async () => {
  const outcome = await read({ lieBy: 10 });
  expect(outcome.restarts).toHaveLength(1);
  expect(outcome.bytes.equals(WHOLE)).toBe(true);
});

test('an end of trying says how far it came', async () => {
  const file = { ignoreRange: true, dropEvery: 700_000 };
  await expect(read(file)).rejects.toThrow(
    `the connection ended after 700000 bytes; given up after 8 attempts at byte 700000`,
  );
});

test('a pause ends when somebody wants it to, or aborts', async () => {
  const slow = { ...QUICK, firstMs: 60_000, longestMs: 60_000 };
  server = await serveModel(EMBEDDED, { dropFirst: { bytes: 700_000, times: 1 } });
  const url = `${server.address}model.safetensors`;
  const onState = (state: ReadState) => {
    if (state.kind === 'paused') setTimeout(() => file.retryNow());
  };
  const file = await RemoteFile.open(url, { timing: slow, onState });
  let count = 0;
  for await (const piece of file.pieces()) {
    if (piece.kind === 'bytes') count += piece.bytes.byteLength;
  }
  expect(count).toBe(WHOLE.length);
  await server.close();

  const abort = new AbortController();
  const aborted = read(
    { dropFirst: { bytes: 700_000, times: 1 } },
    {
      timing: slow,
      signal: abort.signal,
      onState: ({ kind }) => {
        if (kind === 'paused') abort.abort(new Error('enough'));
      },
    },
  );
  await expect(aborted).rejects.toThrow('enough');
});

test('to another origin, nothing goes that it would have to allow first', () => {
  const version = { etag: '"a"', lastModified: 'Mon' };
  expect(rangeHeaders({ from: 5, end: undefined }, version, false)).toEqual({ Range: 'bytes=5-' });
  expect(rangeHeaders({ from: 5, end: 9 }, version, true)).toEqual({
    Range: 'bytes=5-8',
    'If-Range': '"a"',
  });
  expect(rangeHeaders({ from: 5, end: 9 }, { ...version, etag: 'W/"a"' }, true)['If-Range']).toBe(
    'Mon',
  );
  expect(rangeHeaders({ from: 0, end: undefined }, version, true)).toEqual({});
});

test('versions are the same only where something says so', () => {
  expect(isSameVersion({ etag: 'a' }, { etag: 'a' })).toBe(true);
  expect(isSameVersion({ etag: 'a', lastModified: 'x' }, { etag: 'b', lastModified: 'x' })).toBe(
    false,
  );
  expect(isSameVersion({ lastModified: 'x' }, { etag: 'b', lastModified: 'x' })).toBe(true);
  expect(isSameVersion({ total: 3 }, { total: 3 })).toBe(false);
  expect(isSameVersion({ etag: 'a', total: 3 }, { etag: 'a', total: 4 })).toBe(false);
});
