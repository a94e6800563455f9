/** Fetching a model's small files. */

import { versionOf } from './file-version';
import { request } from './responses';

export async function fetchText(url: string): Promise<string> {
  return (await request(url)).text();
}

/** The size of a file before it is fetched, where the server tells it. */
export async function sizeOf(url: string): Promise<number | undefined> {
  return versionOf(await request(url, { method: 'HEAD' })).total;
}
