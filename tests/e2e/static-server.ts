/** What a static host does, and nothing more: files under a sub-path, without headers of ours. */

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

export interface StaticServer {
  address: string;
  /** The paths that were asked for, under the address. */
  requested: string[];
  /** What was sent in answer; what a browser has already is not sent again. */
  sent: { path: string; content: Buffer }[];
  close: () => Promise<void>;
}

/** What a host may do beyond that. */
export interface HostOptions {
  /** Sends the headers that isolate a page from other origins. */
  isolates?: boolean;
  /** A script that runs before the page's own. */
  firstScript?: string;
  /** What the scripts whose path it names begin with; the page's own workers are among them. */
  begin?: { path: RegExp; script: string };
  /** Whether the server breaks down over a path. */
  fails?: (path: string) => boolean;
}

const FIRST_SCRIPT = 'first-script.js';

async function contentOf(folder: string, name: string, firstScript: string | undefined) {
  if (name === FIRST_SCRIPT && firstScript !== undefined) return firstScript;
  const content = await readFile(join(folder, name));
  if (name !== 'index.html' || firstScript === undefined) return content;
  return String(content).replace('<head>', `<head><script src="./${FIRST_SCRIPT}"></script>`);
}

export async function serveStatic(
  folder: string,
  under: string,
  { isolates = false, firstScript, begin, fails }: HostOptions = {},
): Promise<StaticServer> {
  const requested: string[] = [];
  const sent: StaticServer['sent'] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://host').pathname;
    const name = path.slice(under.length) || 'index.html';
    requested.push(name);
    if (fails?.(name)) {
      response.writeHead(500).end();
      return;
    }
    contentOf(folder, name, firstScript).then(
      (content) => {
        response.setHeader('Content-Type', TYPES[extname(name)] ?? 'application/octet-stream');
        if (isolates) {
          response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
          response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
        }
        const script = begin?.path.test(name) ? `${begin.script};\n` : '';
        const body = Buffer.concat([Buffer.from(script), Buffer.from(content)]);
        const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
        response.setHeader('ETag', etag);
        if (request.headers['if-none-match'] === etag) {
          response.writeHead(304).end();
          return;
        }
        sent.push({ path: name, content: body });
        response.setHeader('Content-Length', body.byteLength);
        response.end(body);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://localhost:${port}${under}`,
    requested,
    sent,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
