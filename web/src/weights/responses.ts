/** Asking a server, with errors that say which file, what happened and what would help. */

/** Trying the same again may help. */
export class PassingError extends Error {
  constructor(
    message: string,
    /** What the server asked to wait. */
    readonly waitMs?: number,
  ) {
    super(message);
  }
}

const PASSING_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);

function retryAfterMs(response: Response): number | undefined {
  const seconds = Number(response.headers.get('Retry-After') ?? NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

function requireFile(url: string, response: Response): void {
  const status = `${response.status} ${response.statusText}`.trim();
  if (PASSING_STATUS.has(response.status)) {
    throw new PassingError(`${url}: the server answered ${status}`, retryAfterMs(response));
  }
  if (!response.ok) {
    throw new Error(
      `${url}: the server answered ${status}; expected a folder with ` +
        'config.json, vocab.json, merges.txt and model.safetensors',
    );
  }
  if (response.headers.get('Content-Type')?.startsWith('text/html')) {
    throw new Error(
      `${url}: the server sent a web page in place of the file; is the address right?`,
    );
  }
}

/** Rejects with PassingError where trying again may help. 416 is an answer too: the file is shorter. */
export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch {
    init.signal?.throwIfAborted();
    throw new PassingError(
      `${url} could not be reached: there is no such server, no connection, or the server does not ` +
        'let other pages read its files (it must send Access-Control-Allow-Origin)',
    );
  }
  if (response.status !== 416) requireFile(url, response);
  return response;
}
