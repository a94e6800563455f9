/**
 * Weights in several files, and the index that says which tensor is in which.
 * Source: https://huggingface.co/docs/transformers/big_models#sharded-checkpoints
 */

import { tensorsIn } from './outline';

export interface ShardIndex {
  name: string;
  /** In the order in which they are read. */
  files: string[];
  /** The file of each tensor. */
  places: ReadonlyMap<string, string>;
}

/** A file in the same folder: an index may not reach out of it. */
function isFileName(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && !/^\.{1,2}$|[/\\]/.test(name);
}

/** Throws where the text is no index. name: the index's own. */
export function readIndex(text: string, name: string): ShardIndex {
  const expected = `${name}: expected {"weight_map": {"a tensor": "its file", …}}`;
  let map: unknown;
  try {
    map = (JSON.parse(text) as { weight_map?: unknown }).weight_map;
  } catch {
    throw new Error(expected);
  }
  if (typeof map !== 'object' || map === null) throw new Error(expected);
  const places = new Map<string, string>();
  for (const [tensor, file] of Object.entries(map)) {
    if (!isFileName(file)) {
      throw new Error(
        `${name}: has \`${tensor}\` in ${JSON.stringify(file)}, expected the name of a file in the same folder`,
      );
    }
    places.set(tensor, file);
  }
  if (places.size === 0) throw new Error(expected);
  return { name, files: [...new Set(places.values())].sort(), places };
}

/**
 * Throws where the files are not what their index says, before gigabytes of them are read.
 * headers: of the files, in their order; undefined where nobody knows.
 */
export function checkShards(
  { name, files, places }: ShardIndex,
  headers: readonly (string | undefined)[],
): void {
  const found = new Map<string, string>();
  const known = new Set<string>();
  for (const [index, file] of files.entries()) {
    const header = headers[index];
    const tensors = header === undefined ? undefined : tensorsIn(header);
    if (!tensors) continue; // the core says what is wrong with it
    known.add(file);
    for (const tensor of tensors) {
      const other = found.get(tensor);
      if (other !== undefined) {
        throw new Error(
          `${file}: has \`${tensor}\`, which ${other} has too; expected it in one of them`,
        );
      }
      found.set(tensor, file);
    }
  }
  for (const [tensor, file] of places) {
    const place = found.get(tensor);
    if (known.has(file) && place !== file) {
      const instead = place === undefined ? 'is in none of its files' : `is in ${place}`;
      throw new Error(`${name}: has \`${tensor}\` in ${file}, but it ${instead}`);
    }
  }
}
