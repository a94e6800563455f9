/** What an honest HTTP server answers to a request for a file or a part of it. */

import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface StoredFile {
  content: Buffer;
  etag: string;
  lastModified: string;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

const FIRST_EDITION = Date.UTC(2024, 0, 1);
const HOUR_MS = 3_600_000;

/** edition: how often it was changed, an hour apart. */
export function store(content: Buffer, edition = 0): StoredFile {
  return {
    content,
    etag: `"${createHash('sha1').update(content).digest('hex')}"`,
    lastModified: new Date(FIRST_EDITION + edition * HOUR_MS).toUTCString(),
  };
}

/** The bytes asked for, [start, end); undefined for all of them. */
function rangeOf(asked: IncomingHttpHeaders, file: StoredFile): [number, number] | undefined {
  const range = /^bytes=(\d+)-(\d*)$/.exec(asked.range ?? '');
  const condition = asked['if-range'];
  const applies =
    condition === undefined || condition === file.etag || condition === file.lastModified;
  if (!range || !applies) return undefined;
  const size = file.content.length;
  return [Number(range[1]), Math.min(range[2] ? Number(range[2]) + 1 : size, size)];
}

export function answerTo(asked: IncomingHttpHeaders, file: StoredFile): Answer {
  const size = file.content.length;
  const headers = {
    ETag: file.etag,
    'Last-Modified': file.lastModified,
    'Cache-Control': 'no-store', // what the browser keeps of itself would be in the way of tests
  };
  const [start, end] = rangeOf(asked, file) ?? [0, size];
  if (start >= size && start > 0) {
    const range = { 'Content-Range': `bytes */${size}` };
    return { status: 416, headers: { ...headers, ...range }, body: Buffer.alloc(0) };
  }
  const body = file.content.subarray(start, end);
  const length = { 'Content-Length': String(body.length) };
  if (!rangeOf(asked, file)) return { status: 200, headers: { ...headers, ...length }, body };
  const range = { 'Content-Range': `bytes ${start}-${end - 1}/${size}` };
  return { status: 206, headers: { ...headers, ...length, ...range }, body };
}
