/** A second server, of another origin than the page, that serves a model's folder; or misbehaves. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Misbehaviour {
  /** Replaces a file's content. */
  replace?: Record<string, string | Buffer>;
  status?: Record<string, number>;
  /** Answers the first requests for the weights with this status. */
  failFirst?: { status: number; times: number };
  /** Sends a page of HTML in place of this file. */
  html?: string;
  /** Sends this file in pieces, with a pause after each. */
  slow?: { file: string; pieces: number; pauseMs: number };
  /** Without the header that lets other pages read. */
  withoutCors?: boolean;
  /** Ends the connection after so many bytes of the weights, again and again. */
  dropEvery?: number;
  /** Ends each of the first connections for the weights after so many bytes. */
  dropFirst?: { bytes: number; times: number };
  /** Answers a request for a part with everything. */
  ignoreRange?: boolean;
  /** After so many requests, the weights are these. */
  change?: { after: number; to: Buffer };
  /** Promises so many bytes more than there are, where it is asked for the whole file. */
  lieBy?: number;
  /** Sends so many bytes of the first answer, and then nothing. */
  stallAfter?: number;
  /** Tells nothing by which versions can be told apart. */
  withoutVersion?: boolean;
}

export interface ModelServer {
  address: string;
  /** Requests for the weights, and bytes sent of them. */
  requests: number;
  sent: number;
  /** Can be changed while the server runs. */
  how: Misbehaviour;
  close: () => Promise<void>;
}

const WEIGHTS = 'model.safetensors';

/** The bytes asked for, [start, end); undefined for all of them. */
function rangeOf(request: IncomingMessage, size: number): [number, number] | undefined {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (!range) return undefined;
  return [Number(range[1]), Math.min(range[2] ? Number(range[2]) + 1 : size, size)];
}

async function send(response: ServerResponse, body: Buffer, slow: Misbehaviour['slow']) {
  const size = Math.ceil(body.length / (slow?.pieces ?? 1));
  for (let from = 0; from < body.length && !response.destroyed; from += size) {
    response.write(body.subarray(from, from + size));
    if (slow) await sleep(slow.pauseMs);
  }
  response.end();
}

/** How many bytes of a body go out before the connection ends; undefined for all of them. */
function bytesBeforeDrop(server: ModelServer): number | undefined {
  const { dropEvery, dropFirst } = server.how;
  if (dropFirst && server.requests <= dropFirst.times) return dropFirst.bytes;
  return dropEvery;
}

function sendWeights(server: ModelServer, body: Buffer, response: ServerResponse) {
  const { how } = server;
  const drop = bytesBeforeDrop(server);
  const isStalled = how.stallAfter !== undefined && server.requests === 1;
  const end = isStalled ? how.stallAfter : drop;
  server.sent += Math.min(end ?? body.length, body.length);
  if (end !== undefined && end < body.length) {
    response.write(body.subarray(0, end), () => {
      if (!isStalled) response.destroy();
    });
  } else {
    const sent = send(response, body, how.slow?.file === WEIGHTS ? how.slow : undefined);
    if (how.lieBy !== undefined) void sent.then(() => response.destroy());
  }
}

function answerWeights(server: ModelServer, whole: Buffer, response: ServerResponse) {
  const { how } = server;
  const request = response.req;
  if (how.failFirst && server.requests <= how.failFirst.times) {
    response.writeHead(how.failFirst.status).end();
    return;
  }
  if (!how.withoutVersion) {
    response.setHeader('ETag', `"${createHash('sha1').update(whole).digest('hex')}"`);
  }
  const range = how.ignoreRange ? undefined : rangeOf(request, whole.length);
  const [start, end] = range ?? [0, whole.length];
  if (range && start >= whole.length) {
    response.writeHead(416, { 'Content-Range': `bytes */${whole.length}` }).end();
    return;
  }
  const body = whole.subarray(start, end);
  response.setHeader('Content-Length', body.length + (range ? 0 : (how.lieBy ?? 0)));
  if (range) {
    response.writeHead(206, { 'Content-Range': `bytes ${start}-${end - 1}/${whole.length}` });
  }
  sendWeights(server, body, response);
}

function handle(folder: string, server: ModelServer, name: string, response: ServerResponse) {
  const { how } = server;
  if (!how.withoutCors) {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Expose-Headers', 'ETag, Content-Range');
  }
  if (how.html === name) {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><p>Please log in');
    return;
  }
  if (how.status?.[name]) {
    response.writeHead(how.status[name]).end();
    return;
  }
  let body: Buffer = Buffer.from(how.replace?.[name] ?? readFileSync(join(folder, name)));
  if (response.req.method === 'HEAD') {
    response.setHeader('Content-Length', body.length);
    response.end();
  } else if (name === WEIGHTS) {
    server.requests++;
    if (how.change && server.requests > how.change.after) body = how.change.to;
    answerWeights(server, body, response);
  } else {
    response.setHeader('Content-Length', body.length);
    void send(response, body, how.slow?.file === name ? how.slow : undefined);
  }
}

export async function serveModel(folder: string, how: Misbehaviour = {}): Promise<ModelServer> {
  const http: Server = createServer((request, response) => {
    handle(folder, server, basename(request.url ?? ''), response);
  });
  await new Promise<void>((resolve) => http.listen(0, 'localhost', resolve));
  const { port } = http.address() as AddressInfo;
  const server: ModelServer = {
    address: `http://localhost:${port}/some/model/`,
    requests: 0,
    sent: 0,
    how,
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
