import { expect, test } from 'vitest';

import { compareVersions } from '../../web/src/weights/file-version';
import { PartSize } from '../../web/src/weights/part-size';
import { retryAfterMs } from '../../web/src/weights/responses';
import { continuation, isSameOrigin, rangeHeaders } from '../../web/src/weights/resuming';

const URL = 'https://example.org/file';
const VERSION = { etag: '"a"', lastModified: 'Mon', total: 100 };

function answer(status: number, headers: Record<string, string>): Response {
  return new Response(null, { status, headers });
}

test('a page and a file are of the same origin where scheme, host and port are the same', () => {
  expect(isSameOrigin('https://example.org/file', 'https://example.org')).toBe(true);
  expect(isSameOrigin('https://example.org:444/file', 'https://example.org')).toBe(false);
  expect(isSameOrigin('http://example.org/file', 'https://example.org')).toBe(false);
});

test('the version goes along to the own origin alone, and never as a weak ETag', () => {
  const rest = { from: 5, end: undefined };
  const part = { from: 5, end: 9 };
  expect(rangeHeaders(rest, VERSION, false)).toEqual({ Range: 'bytes=5-' });
  expect(rangeHeaders(part, VERSION, true)).toEqual({ Range: 'bytes=5-8', 'If-Range': '"a"' });
  expect(rangeHeaders(part, { ...VERSION, etag: 'W/"a"' }, true)['If-Range']).toBe('Mon');
  expect(rangeHeaders(part, { etag: 'W/"a"' }, true)).toEqual({ Range: 'bytes=5-8' });
  expect(rangeHeaders({ from: 0, end: undefined }, VERSION, true)).toEqual({});
});

test('versions are the same only where something says so', () => {
  expect(compareVersions({ etag: 'a' }, { etag: 'a' })).toBe('same');
  expect(compareVersions({ etag: 'W/"a"' }, { etag: '"a"' })).toBe('same');
  expect(compareVersions({ etag: 'a', lastModified: 'x' }, { etag: 'b', lastModified: 'x' })).toBe(
    'changed',
  );
  expect(compareVersions({ lastModified: 'x' }, { etag: 'b', lastModified: 'x' })).toBe('same');
  expect(compareVersions({ etag: 'a' }, { lastModified: 'x' })).toBe('unknown');
  expect(compareVersions({ total: 3 }, { total: 3 })).toBe('unknown');
  expect(compareVersions({ etag: 'a', total: 3 }, { etag: 'a', total: 4 })).toBe('changed');
});

test('a part goes on where it was asked to', () => {
  const same = { ETag: '"a"', 'Content-Range': 'bytes 40-99/100' };
  expect(continuation(URL, answer(206, same), 40, VERSION)).toEqual({ kind: 'continues', skip: 0 });
  expect(() => continuation(URL, answer(206, same), 50, VERSION)).toThrow(
    'the server sent byte 40 where it was asked for 50',
  );
  const longer = { ETag: '"a"', 'Content-Range': 'bytes 40-119/120' };
  expect(continuation(URL, answer(206, longer), 40, VERSION).kind).toBe('useless');
});

test('a whole file is skipped as far as it is had, or replaces it', () => {
  const skipped = continuation(URL, answer(200, { ETag: '"a"' }), 40, VERSION);
  expect(skipped).toEqual({ kind: 'continues', skip: 40 });
  expect(continuation(URL, answer(200, { ETag: '"b"' }), 40, VERSION).kind).toBe('replaces');
  expect(continuation(URL, answer(200, {}), 40, VERSION).kind).toBe('replaces');
});

test('no byte to come means the end, another file or a false promise', () => {
  const end = (headers: Record<string, string>, from: number) =>
    continuation(URL, answer(416, headers), from, VERSION);
  expect(end({ ETag: '"a"', 'Content-Range': 'bytes */100' }, 100).kind).toBe('complete');
  expect(end({ ETag: '"a"', 'Content-Range': 'bytes */90' }, 90).kind).toBe('complete');
  expect(end({ ETag: '"a"', 'Content-Range': 'bytes */80' }, 90).kind).toBe('useless');
  expect(end({ ETag: '"b"', 'Content-Range': 'bytes */80' }, 90).kind).toBe('useless');
  expect(end({}, 90).kind).toBe('useless');
  expect(end({}, 0).kind).toBe('complete');
  expect(() => end({ ETag: '"a"' }, 90)).toThrow('promised 100 bytes, but has only 90');
});

test('a server says in seconds or with a date how long to wait', () => {
  const now = Date.parse('Mon, 01 Jan 2024 00:00:00 GMT');
  expect(retryAfterMs('3', now)).toBe(3000);
  expect(retryAfterMs('Mon, 01 Jan 2024 00:00:05 GMT', now)).toBe(5000);
  expect(retryAfterMs('Sun, 31 Dec 2023 00:00:00 GMT', now)).toBe(0);
  expect(retryAfterMs('9999999999', now)).toBe(3_600_000);
  expect(retryAfterMs('soon', now)).toBeUndefined();
  expect(retryAfterMs(null, now)).toBeUndefined();
});

test('parts begin with the first break, shrink where nothing comes through, and grow again', () => {
  const size = new PartSize();
  size.grow();
  expect(size.bytes).toBeUndefined();
  size.shrink(true);
  expect(size.bytes).toBe(2 ** 20);
  for (let failure = 0; failure < 9; failure++) size.shrink(false);
  expect(size.bytes).toBe(2 ** 14);
  for (let part = 0; part < 11; part++) size.grow();
  expect(size.bytes).toBe(2 ** 25);
  size.grow();
  expect(size.bytes).toBeUndefined();
});
