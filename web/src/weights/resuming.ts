/** Asking for the rest of a file, and what the answer is good for. */

import { compareValidators, compareVersions, type FileVersion, versionOf } from './file-version';
import { PassingError } from './responses';

/** Bytes [from, end) of a file; to its end where that is undefined. */
export interface Part {
  from: number;
  end: number | undefined;
}

/** For If-Range, which takes no weak ETag. */
function strongValidator({ etag, lastModified }: FileVersion): string | undefined {
  return etag !== undefined && !etag.startsWith('W/') ? etag : lastModified;
}

export function isSameOrigin(url: string, pageOrigin: string): boolean {
  return new URL(url).origin === pageOrigin;
}

/**
 * Asks for a part. To another origin, a browser sends a plain Range as it is, but before If-Range it
 * asks for permission, which many servers refuse. There, only what the answer tells of its version
 * is compared; with the page's own server, If-Range saves an answer that is of no use.
 */
export function rangeHeaders(
  { from, end }: Part,
  version: FileVersion,
  sameOrigin: boolean,
): Record<string, string> {
  if (from === 0 && end === undefined) return {};
  const validator = sameOrigin ? strongValidator(version) : undefined;
  return {
    Range: `bytes=${from}-${end === undefined ? '' : end - 1}`,
    ...(validator !== undefined && { 'If-Range': validator }),
  };
}

export type Continuation =
  /** Its bytes go on with what is had, after the first `skip` ones. */
  | { kind: 'continues'; skip: number }
  /** There are no bytes to come. */
  | { kind: 'complete' }
  /** It holds the whole file, but another version of it. */
  | { kind: 'replaces'; reason: string }
  /** The file must be asked for again, from its start. */
  | { kind: 'useless'; reason: string };

const REASONS = {
  changed: 'the file changed on the server',
  unknown: 'the server does not tell whether the file is still the same',
};

/** There is no byte `from`: the file became shorter, is complete, or was never as long as promised. */
function atEnd(url: string, response: Response, from: number, version: FileVersion): Continuation {
  if (from === 0) return { kind: 'complete' };
  const found = versionOf(response);
  const likeness = compareValidators(found, version);
  if (likeness !== 'same') return { kind: 'useless', reason: REASONS[likeness] };
  if ((found.total ?? version.total ?? from) === from) return { kind: 'complete' };
  if (found.total !== undefined) return { kind: 'useless', reason: REASONS.changed };
  throw new Error(`${url}: the server promised ${version.total ?? ''} bytes, but has only ${from}`);
}

/** Another origin may hide where a partial answer begins; then it is taken to be what was asked for. */
function startOf(response: Response, from: number): number {
  if (response.status !== 206) return 0;
  const range = /^bytes (\d+)-/.exec(response.headers.get('Content-Range') ?? '');
  return range ? Number(range[1]) : from;
}

/** What an answer is good for where the bytes before `from`, of `version`, are had. */
export function continuation(
  url: string,
  response: Response,
  from: number,
  version: FileVersion,
): Continuation {
  if (response.status === 416) return atEnd(url, response, from, version);
  const start = startOf(response, from);
  const likeness = from === 0 ? 'same' : compareVersions(versionOf(response), version);
  if (likeness !== 'same') {
    return { kind: response.status === 206 ? 'useless' : 'replaces', reason: REASONS[likeness] };
  }
  if (start > 0 && start !== from) {
    throw new PassingError(url, `the server sent byte ${start} where it was asked for ${from}`);
  }
  return { kind: 'continues', skip: from - start }; // a server that knows no ranges sends it all again
}
