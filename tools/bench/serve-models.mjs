/** Models' folders on a server of their own origin, as fast as the disk cache gives them. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

const BLOCK_BYTES = 2 ** 20;
const LIMITED_BLOCK_BYTES = 2 ** 16;

/** As Hugging Face does, also where there is no such file. */
const OPEN = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Content-Range',
};

/** The bytes asked for, [start, end). */
function rangeOf(request, size) {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  return range && [Number(range[1]), range[2] ? Math.min(Number(range[2]) + 1, size) : size];
}

/** Lets through so many bytes a second. */
function limited(bytesPerSecond) {
  const begin = performance.now();
  let sent = 0;
  return new Transform({
    transform(chunk, _, done) {
      sent += chunk.length;
      const early = (sent / bytesPerSecond) * 1000 - (performance.now() - begin);
      pause(Math.max(early, 0)).then(() => done(null, chunk));
    },
  });
}

function answer(request, response, path, { size, mtime }, limit) {
  const range = rangeOf(request, size);
  const [start, end] = range ?? [0, size];
  response.writeHead(range ? 206 : 200, {
    ...OPEN,
    'Content-Length': end - start,
    'Last-Modified': mtime.toUTCString(),
    ...(range && { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }),
  });
  const highWaterMark = limit === undefined ? BLOCK_BYTES : LIMITED_BLOCK_BYTES;
  const file = createReadStream(path, { start, end: end - 1, highWaterMark });
  (limit === undefined ? file : file.pipe(limited(limit))).pipe(response);
}

/** limit: bytes a second that each connection is given. */
export async function serveModels(root, limit) {
  const server = createServer((request, response) => {
    const path = join(root, new URL(request.url, 'http://x').pathname);
    stat(path).then(
      (file) => answer(request, response, path, file, limit),
      () => response.writeHead(404, OPEN).end(),
    );
  });
  await new Promise((listening) => server.listen(0, 'localhost', listening));
  return {
    address: `http://localhost:${server.address().port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
