/** A second server, of another origin than the page, that serves a model's folder; or misbehaves. */

import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Misbehaviour {
  /** Replaces a file's content. */
  replace?: Record<string, string | Buffer>;
  status?: Record<string, number>;
  /** Sends a page of HTML in place of this file. */
  html?: string;
  /** Sends this file in pieces, with a pause after each. */
  slow?: { file: string; pieces: number; pauseMs: number };
  /** Without the header that lets other pages read. */
  withoutCors?: boolean;
  /** Promises a whole weights file, but ends the connection halfway. */
  breakOff?: boolean;
}

export interface ModelServer {
  address: string;
  close: () => Promise<void>;
}

async function send(response: ServerResponse, body: Buffer, slow: Misbehaviour['slow']) {
  const pieces = slow?.pieces ?? 1;
  const size = Math.ceil(body.length / pieces);
  for (let from = 0; from < body.length && !response.destroyed; from += size) {
    response.write(body.subarray(from, from + size));
    if (slow) await sleep(slow.pauseMs);
  }
  response.end();
}

function handle(folder: string, how: Misbehaviour, name: string, response: ServerResponse) {
  if (!how.withoutCors) response.setHeader('Access-Control-Allow-Origin', '*');
  if (how.html === name) {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><p>Please log in');
    return;
  }
  if (how.status?.[name]) {
    response.writeHead(how.status[name]).end();
    return;
  }
  const body = Buffer.from(how.replace?.[name] ?? readFileSync(join(folder, name)));
  response.setHeader('Content-Length', body.length);
  if (response.req.method === 'HEAD') {
    response.end();
  } else if (how.breakOff && name === 'model.safetensors') {
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
  } else {
    void send(response, body, how.slow?.file === name ? how.slow : undefined);
  }
}

export async function serveModel(folder: string, how: Misbehaviour = {}): Promise<ModelServer> {
  const server: Server = createServer((request, response) => {
    handle(folder, how, basename(request.url ?? ''), response);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://localhost:${port}/some/model/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
