/** What tells one version of a file on a server from another. */

export interface FileVersion {
  etag?: string;
  lastModified?: string;
  /** Bytes of the whole file. */
  total?: number;
}

/** A compressed transfer's length is not the file's, and a part's is not the whole's. */
function totalOf({ headers, status }: Response): number | undefined {
  const range = /\/(\d+)$/.exec(headers.get('Content-Range') ?? '');
  if (range) return Number(range[1]);
  const length = headers.get('Content-Length');
  return length === null || status !== 200 || headers.has('Content-Encoding')
    ? undefined
    : Number(length);
}

export function versionOf(response: Response): FileVersion {
  const etag = response.headers.get('ETag');
  const lastModified = response.headers.get('Last-Modified');
  const total = totalOf(response);
  return {
    ...(etag !== null && { etag }),
    ...(lastModified !== null && { lastModified }),
    ...(total !== undefined && { total }),
  };
}

/** Whether it can be told apart from another one. */
export function isTold({ etag, lastModified }: FileVersion): boolean {
  return etag !== undefined || lastModified !== undefined;
}

/** unknown: nothing that both tell can be compared. */
export type Likeness = 'same' | 'changed' | 'unknown';

function likeness<Value>(a: Value | undefined, b: Value | undefined): Likeness {
  if (a === undefined || b === undefined) return 'unknown';
  return a === b ? 'same' : 'changed';
}

/** A weak ETag is what a server makes of a strong one where it compresses on the way. */
function withoutWeakness(etag: string | undefined): string | undefined {
  return etag?.replace(/^W\//, '');
}

/** Whatever the lengths are. What only one of two responses shows says nothing. */
export function compareValidators(a: FileVersion, b: FileVersion): Likeness {
  const byEtag = likeness(withoutWeakness(a.etag), withoutWeakness(b.etag));
  return byEtag === 'unknown' ? likeness(a.lastModified, b.lastModified) : byEtag;
}

/** Whether bytes of both can be put together; the same length alone does not say so. */
export function compareVersions(a: FileVersion, b: FileVersion): Likeness {
  return likeness(a.total, b.total) === 'changed' ? 'changed' : compareValidators(a, b);
}
