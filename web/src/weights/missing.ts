/**
 * Whether a server has a file, which not every one tells: many do not let other pages read what they answer where there
 * is none, so that it looks as if there were no server.
 */

import { FILES } from './files';
import { fileAddress } from './model-address';
import { MissingError, request, UnreachableError } from './responses';

/** Whether the file that every model has can be read from a folder. */
export async function isReachable(folder: string): Promise<boolean> {
  try {
    await (await request(fileAddress(folder, FILES.config))).body?.cancel();
    return true;
  } catch {
    return false; // there is no way to the server, or no model
  }
}

/** error: of asking for a file in the folder. */
export async function isMissing(error: unknown, folder: string): Promise<boolean> {
  if (error instanceof MissingError) return true;
  return error instanceof UnreachableError && (await isReachable(folder));
}
