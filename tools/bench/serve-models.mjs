/** Models' folders on a server of their own origin, as fast as the disk cache gives them. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

const BLOCK_BYTES = 2 ** 20;

/** The bytes asked for, [start, end). */
function rangeOf(request, size) {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  return range && [Number(range[1]), range[2] ? Math.min(Number(range[2]) + 1, size) : size];
}

function answer(request, response, path, { size, mtime }) {
  const range = rangeOf(request, size);
  const [start, end] = range ?? [0, size];
  response.writeHead(range ? 206 : 200, {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'Content-Range',
    'Content-Length': end - start,
    'Last-Modified': mtime.toUTCString(),
    ...(range && { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }),
  });
  createReadStream(path, { start, end: end - 1, highWaterMark: BLOCK_BYTES }).pipe(response);
}

export async function serveModels(root) {
  const server = createServer((request, response) => {
    const path = join(root, new URL(request.url, 'http://x').pathname);
    stat(path).then(
      (file) => answer(request, response, path, file),
      () => response.writeHead(404).end(),
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
