/** Which files at an address hold a model's weights: asked for in a fixed order, which docs/addresses.md tells. */

import { messageOf } from '../errors/errors';
import { readText } from './download';
import { FILES, INDEX } from './files';
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
}

export type Place = Pick<ModelSource, 'folder' | 'file'>;

const isIndex = (name: string) => name.endsWith('.index.json');

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

async function lookAt(folder: string, name: string, options: ReadOptions): Promise<FoundWeights> {
  const url = fileAddress(folder, name);
  if (!isIndex(name)) {
    return { files: [name], outline: outlineOfAll([await remoteHeader(url, options)]) };
  }
  const index = readIndex(await readText(new RemoteFile(url, options), url), name);
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
  try {
    return await lookAt(folder, FILES.weights, options);
  } catch (first) {
    if (!(await isMissing(first, folder))) throw first;
    try {
      return await lookAt(folder, INDEX, options);
    } catch (error) {
      throw (await isMissing(error, folder))
        ? new Error(
            `${messageOf(first)}; there is no ${INDEX} either; a .gguf opens by its own address`,
          )
        : error;
    }
  }
}
