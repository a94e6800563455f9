/** What tells one version of a file on a server from another. */

export interface FileVersion {
  etag?: string;
  lastModified?: string;
  /** Bytes. */
  total?: number;
}

/** Bytes of the whole file, as a response tells; a compressed transfer's length is not the file's. */
function totalOf(response: Response): number | undefined {
  const range = /\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '');
  if (range) return Number(range[1]);
  const length = response.headers.get('Content-Length');
  const isWhole = response.status === 200 && !response.headers.has('Content-Encoding');
  return length !== null && isWhole ? Number(length) : undefined;
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

/**
 * Whether bytes of both can be put together. A page of another origin sees an ETag only where the
 * server exposes it; what only one of two responses shows says nothing.
 */
export function isSameVersion(a: FileVersion, b: FileVersion): boolean {
  if (a.total !== undefined && b.total !== undefined && a.total !== b.total) return false;
  if (a.etag !== undefined && b.etag !== undefined) return a.etag === b.etag;
  return a.lastModified !== undefined && a.lastModified === b.lastModified;
}

/** For If-Range, which takes no weak ETag. */
function strongValidator({ etag, lastModified }: FileVersion): string | undefined {
  return etag !== undefined && !etag.startsWith('W/') ? etag : lastModified;
}

/** Bytes [from, end) of a file; to its end where that is undefined. */
export interface Part {
  from: number;
  end: number | undefined;
}

/**
 * Asks for a part. To another origin, a plain Range is all that may be sent without
 * asking first, which many servers refuse: there, the answer's version is compared instead.
 */
export function rangeHeaders(
  { from, end }: Part,
  version: FileVersion,
  isSameOrigin: boolean,
): Record<string, string> {
  if (from === 0 && end === undefined) return {};
  const validator = isSameOrigin ? strongValidator(version) : undefined;
  return {
    Range: `bytes=${from}-${end === undefined ? '' : end - 1}`,
    ...(validator !== undefined && { 'If-Range': validator }),
  };
}

/** Where an answer begins. Another origin may hide it; then a partial one is what was asked for. */
export function startOf(response: Response, asked: Part): number {
  if (response.status !== 206) return 0;
  const range = /^bytes (\d+)-/.exec(response.headers.get('Content-Range') ?? '');
  return range ? Number(range[1]) : asked.from;
}
