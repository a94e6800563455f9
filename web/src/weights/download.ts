/** Fetching a model's files, with errors that say which file, what happened and what would help. */

/** One file, being read. */
export interface Download {
  /** Bytes to come, where the server says so. */
  total: number | undefined;
  chunks: AsyncGenerator<Uint8Array, void>;
}

async function request(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch {
    throw new Error(
      `${url} could not be reached: there is no such server, no connection, or the server does not ` +
        'let other pages read its files (it must send Access-Control-Allow-Origin)',
    );
  }
  if (!response.ok) {
    throw new Error(
      `${url}: the server answered ${response.status} ${response.statusText}; expected a folder with ` +
        'config.json, vocab.json, merges.txt and model.safetensors',
    );
  }
  if (response.headers.get('Content-Type')?.startsWith('text/html')) {
    throw new Error(
      `${url}: the server sent a web page in place of the file; is the address right?`,
    );
  }
  return response;
}

/** The bytes that a file's length header promises; compressed transfers do not count. */
function promisedBytes(response: Response): number | undefined {
  const length = response.headers.get('Content-Length');
  return length === null || response.headers.has('Content-Encoding') ? undefined : Number(length);
}

async function* read(url: string, response: Response, total: number | undefined) {
  const reader = response.body?.getReader();
  let received = 0;
  try {
    for (;;) {
      const piece = await reader?.read();
      if (!piece || piece.done) break;
      received += piece.value.byteLength;
      yield piece.value;
    }
  } catch {
    throw new Error(`${url}: the connection ended after ${received} bytes; try again`);
  }
  if (total !== undefined && received !== total) {
    throw new Error(`${url}: the file ended after ${received} bytes, expected ${total}; try again`);
  }
}

export async function fetchText(url: string): Promise<string> {
  return (await request(url)).text();
}

export async function openDownload(url: string): Promise<Download> {
  const response = await request(url);
  const total = promisedBytes(response);
  return { total, chunks: read(url, response, total) };
}

/** The size of a file before it is fetched, where the server tells it. */
export async function sizeOf(url: string): Promise<number | undefined> {
  return promisedBytes(await request(url, { method: 'HEAD' }));
}
