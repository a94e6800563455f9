/** A second server, of another origin than the page, that serves a model's folder; or misbehaves. */

import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { LOOK_RANGE } from '../../web/src/weights/outline';
import { type Answer, answerTo, store, type StoredFile } from './file-answers';

/** Where it names no file, it is about the weights. */
export interface Misbehaviour {
  /** Replaces a file's content. */
  replace?: Record<string, string | Buffer>;
  /** After so many requests, the weights are these, with another ETag and date. */
  change?: { after: number; to: Buffer };

  status?: Record<string, number>;
  /** Answers the first requests with this status. */
  failFirst?: { status: number; times: number; retryAfter?: string };
  /** Sends a page of HTML in place of this file. */
  html?: string;

  /** Sends whoever asks for weights to this folder of another server. */
  redirect?: string;
  /** Without the header that lets other pages read. */
  withoutCors?: boolean;
  /** Allows what a browser asks for before it sends If-Range; refused otherwise, as by most servers. */
  allowPreflight?: boolean;
  /** Headers that are not sent, of all files. */
  hide?: string[];
  /** Answers a request for a part with everything. */
  ignoreRange?: boolean;
  /** Promises so many bytes more than there are, where it is asked for the whole file. */
  lieBy?: number;

  /** Sends this file in pieces, with a pause after each. */
  slow?: { file: string; pieces: number; pauseMs: number };
  /** Ends the connection after so many bytes, again and again. */
  dropEvery?: number;
  /** Ends each of the first connections after so many bytes. */
  dropFirst?: { bytes: number; times: number };
  /** Ends the first connection for this file halfway. */
  cutOnce?: string;
  /** Sends so many bytes of the first answer, and then nothing. */
  stallAfter?: number;
  /** Does not even answer the first request. */
  silentFirst?: boolean;
}

/** One request, and how much was sent in answer to it. */
export interface Exchange {
  file: string;
  method: string;
  headers: IncomingHttpHeaders;
  sent: number;
}

export interface ModelServer {
  address: string;
  /** Requests for the weights' bytes, and bytes sent of them; a look at their header is none. */
  requests: number;
  sent: number;
  /** All requests, for whatever file. */
  exchanges: Exchange[];
  /** Can be changed while the server runs. */
  how: Misbehaviour;
  close: () => Promise<void>;
}

const WEIGHTS = 'model.safetensors';
const areWeights = (name: string) => /\.(safetensors|gguf)$/.test(name);

/** A file as this request finds it. */
function fileNow(folder: string, name: string, server: ModelServer): StoredFile | undefined {
  const { replace, change } = server.how;
  if (name === WEIGHTS && change && server.requests > change.after) return store(change.to, 1);
  const replaced = replace?.[name];
  if (replaced !== undefined) return store(Buffer.from(replaced));
  const path = join(folder, name);
  return existsSync(path) ? store(readFileSync(path)) : undefined;
}

/** An answer's headers, as the server is told to distort them. */
function distort(
  name: string,
  { status, headers, body }: Answer,
  how: Misbehaviour,
): Record<string, string> {
  const told = { ...headers };
  if (areWeights(name) && status === 200 && how.lieBy !== undefined) {
    told['Content-Length'] = String(body.length + how.lieBy);
  }
  return Object.fromEntries(Object.entries(told).filter(([name]) => !how.hide?.includes(name)));
}

/** Where the sending of a body ends too early, and whether the connection does. */
function interruption({ requests, how }: ModelServer, { status, body }: Answer) {
  const { stallAfter = Infinity } = how;
  if (requests === 1 && stallAfter < body.length) return { at: stallAfter, isStall: true };
  const isFirst = how.dropFirst && requests <= how.dropFirst.times;
  const at = isFirst ? how.dropFirst?.bytes : how.dropEvery;
  if (at !== undefined && at < body.length) return { at, isStall: false };
  const isLie = how.lieBy !== undefined && status === 200;
  return isLie ? { at: body.length, isStall: false } : undefined;
}

async function sendSlowly(
  body: Buffer,
  how: { pieces: number; pauseMs: number },
  to: ServerResponse,
) {
  const size = Math.ceil(body.length / how.pieces);
  for (let from = 0; from < body.length && !to.destroyed; from += size) {
    to.write(body.subarray(from, from + size));
    await sleep(how.pauseMs);
  }
  to.end();
}

/** Returns how many bytes are sent. */
function send(name: string, answer: Answer, server: ModelServer, response: ServerResponse): number {
  const { body } = answer;
  const { slow } = server.how;
  response.writeHead(answer.status, distort(name, answer, server.how));
  const isFirst = server.exchanges.filter(({ file }) => file === name).length === 1;
  const cut =
    server.how.cutOnce === name && isFirst ? { at: body.length / 2, isStall: false } : undefined;
  const stop = areWeights(name) ? interruption(server, answer) : cut;
  if (stop) {
    response.write(body.subarray(0, stop.at), () => {
      if (!stop.isStall) response.destroy();
    });
    return stop.at;
  }
  const isLook = response.req.headers.range === LOOK_RANGE;
  if (slow?.file === name && !isLook) void sendSlowly(body, slow, response);
  else response.end(body);
  return body.length;
}

/** Answers in place of the file; returns whether it did. */
function refuse(name: string, server: ModelServer, response: ServerResponse): boolean {
  const { how, exchanges } = server;
  const { failFirst } = how;
  const asked = exchanges.filter(({ file }) => areWeights(file)).length;
  if (how.redirect !== undefined && areWeights(name)) {
    response.writeHead(302, { Location: how.redirect + name }).end();
  } else if (how.html === name) {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><p>Please log in');
  } else if (how.status?.[name] !== undefined) {
    response.writeHead(how.status[name]).end();
  } else if (areWeights(name) && failFirst && asked <= failFirst.times) {
    const { status, retryAfter } = failFirst;
    response.writeHead(status, retryAfter ? { 'Retry-After': retryAfter } : {}).end();
  } else {
    return false;
  }
  return true;
}

function allowOtherOrigins(how: Misbehaviour, response: ServerResponse) {
  if (how.withoutCors) return;
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Access-Control-Expose-Headers', 'ETag, Content-Range');
  if (how.allowPreflight) response.setHeader('Access-Control-Allow-Headers', 'Range, If-Range');
}

function answerFile(folder: string, exchange: Exchange, server: ModelServer, to: ServerResponse) {
  const { file: name, headers } = exchange;
  const file = fileNow(folder, name, server);
  if (!file) {
    to.writeHead(404).end();
    return;
  }
  const answer = answerTo(server.how.ignoreRange ? {} : headers, file);
  exchange.sent = send(name, answer, server, to);
}

function handle(folder: string, server: ModelServer, response: ServerResponse) {
  const { headers, method = '', url = '' } = response.req;
  const { how } = server;
  const name = decodeURIComponent(basename(new URL(url, 'http://localhost').pathname));
  const exchange: Exchange = { file: name, method, headers, sent: 0 };
  server.exchanges.push(exchange);
  allowOtherOrigins(how, response);
  if (method === 'OPTIONS') {
    response.writeHead(how.allowPreflight ? 204 : 405).end();
    return;
  }
  const isForWeights = areWeights(exchange.file) && headers.range !== LOOK_RANGE;
  if (isForWeights) server.requests++;
  if (isForWeights && how.silentFirst && server.requests === 1) return;
  if (refuse(exchange.file, server, response)) return;
  answerFile(folder, exchange, server, response);
  if (isForWeights) server.sent += exchange.sent;
}

export async function serveModel(folder: string, how: Misbehaviour = {}): Promise<ModelServer> {
  const http = createServer((_, response) => {
    handle(folder, server, response);
  });
  await new Promise<void>((resolve) => http.listen(0, 'localhost', resolve));
  const { port } = http.address() as AddressInfo;
  const server: ModelServer = {
    address: `http://localhost:${port}/some/model/`,
    requests: 0,
    sent: 0,
    exchanges: [],
    how,
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
