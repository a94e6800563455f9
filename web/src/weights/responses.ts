/** Asking a server, with errors that say which file, what happened and what would help. */

import { isTorch, saysItsModel } from './files';

/** Trying the same again may help. */
export class PassingError extends Error {
  constructor(
    url: string,
    /** What happened, without the address. */
    readonly reason: string,
    /** How long the server asks to wait. */
    readonly waitMs?: number,
  ) {
    super(`${url}: ${reason}`);
  }
}

/** No answer at all: nothing tells whether there is such a server. */
export class UnreachableError extends PassingError {
  constructor(url: string) {
    super(url, 'the server could not be reached');
    this.message =
      `${url} could not be reached: there is no such server, no connection, or the server does not ` +
      'let other pages read its files (it must send Access-Control-Allow-Origin)';
  }
}

/** There is no such file, as far as this server tells: some refuse what they do not have, or send a page about it. */
export class MissingError extends Error {}

const MISSING = [401, 403, 404, 410];

const LONGEST_WAIT_MS = 3_600_000;

/** Retry-After is a number of seconds or a date. */
export function retryAfterMs(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const seconds = Number(value);
  const wait = Number.isNaN(seconds) ? Date.parse(value) - now : seconds * 1000;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST_WAIT_MS);
}

function statusError(url: string, response: Response): Error {
  const { status } = response;
  const reason = `the server answered ${status} ${response.statusText}`.trim();
  if (status >= 500 || status === 408 || status === 429) {
    return new PassingError(
      url,
      reason,
      retryAfterMs(response.headers.get('Retry-After'), Date.now()),
    );
  }
  const { pathname } = new URL(url);
  const expected =
    saysItsModel(pathname) || isTorch(pathname)
      ? 'expected a model there'
      : 'expected a folder with config.json and model.safetensors, and with vocab.json and merges.txt, or ' +
        'tokenizer.json, where text is to be read';
  const text = `${url}: ${reason}; ${expected}`;
  return MISSING.includes(status) ? new MissingError(text) : new Error(text);
}

/** That there is nothing from that byte on is an answer too, for who asked for a part. */
function isAnswer(response: Response, init: RequestInit): boolean {
  return response.ok || (response.status === 416 && new Headers(init.headers).has('Range'));
}

/** Rejects with PassingError where trying again may help. */
export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch {
    init.signal?.throwIfAborted();
    throw new UnreachableError(url);
  }
  if (!isAnswer(response, init)) throw statusError(url, response);
  if (response.ok && response.headers.get('Content-Type')?.startsWith('text/html')) {
    throw new MissingError(
      `${url}: the server sent a web page in place of the file; is the address right?`,
    );
  }
  return response;
}
