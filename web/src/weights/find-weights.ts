/** Which files at an address hold a model's weights: asked for in a fixed order, which docs/addresses.md tells. */

import { messageOf } from '../errors/errors';
import { readText } from './download';
import { isIndex, isTorch, WEIGHTS } from './files';
import { isMissing } from './missing';
import { fileAddress } from './model-address';
import { type Outline, outlineOfAll, remoteHeader } from './outline';
import { type ReadOptions, RemoteFile } from './remote-file';
import { checkShards, readIndex } from './shards';
import type { ModelSource } from './sources';

export interface FoundWeights {
  /** Names, in the order in which they are read. */
  files: string[];
  outline: Outline | undefined;
  /** Of the file, where it is one whose outline is not at its beginning, and the server tells. */
  bytes?: number;
}

export type Place = Pick<ModelSource, 'folder' | 'file'>;

async function headersOf(
  folder: string,
  files: readonly string[],
  index: string,
  options: ReadOptions,
): Promise<(string | undefined)[]> {
  return Promise.all(
    files.map(async (file) => {
      try {
        return await remoteHeader(fileAddress(folder, file), options);
      } catch (error) {
        if (!(await isMissing(error, folder))) throw error;
        throw new Error(`${index} names ${file}, which cannot be had: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }),
  );
}

/** What is in a file of PyTorch's only the engine reads. */
async function lookAtTorch(url: string, name: string, options: ReadOptions): Promise<FoundWeights> {
  const file = new RemoteFile(url, { ...options, until: 1 });
  await file.open();
  file.close();
  const { total } = file;
  return { files: [name], outline: undefined, ...(total !== undefined && { bytes: total }) };
}

async function lookAt(folder: string, name: string, options: ReadOptions): Promise<FoundWeights> {
  const url = fileAddress(folder, name);
  if (isTorch(name)) return lookAtTorch(url, name, options);
  if (!isIndex(name)) {
    return { files: [name], outline: outlineOfAll([await remoteHeader(url, options)]) };
  }
  const index = readIndex(await readText(new RemoteFile(url, options), url), name);
  if (index.files.some(isTorch)) return { files: index.files, outline: undefined };
  const headers = await headersOf(folder, index.files, name, options);
  checkShards(index, headers);
  return { files: index.files, outline: outlineOfAll(headers) };
}

/** Rejects where none of them is there, with what the server answered to the first. */
export async function findWeights(
  { folder, file }: Place,
  options: ReadOptions = {},
): Promise<FoundWeights> {
  if (file !== undefined) return lookAt(folder, file, options);
  let first: unknown;
  for (const name of WEIGHTS) {
    try {
      return await lookAt(folder, name, options);
    } catch (error) {
      if (!(await isMissing(error, folder))) throw error;
      first ??= error;
    }
  }
  const others = WEIGHTS.slice(1).join(', ');
  throw new Error(
    `${messageOf(first)}; nor is there any of ${others}; a .gguf opens by its own address`,
    { cause: first },
  );
}
