/** A model in files that someone chose from their disk. Nothing of it is uploaded. */

import { FILES, INDEX } from './files';

export interface LocalModel {
  config: File;
  vocab: File;
  merges: File;
  /** One, or the parts that an index names, in its order. */
  weights: File[];
}

function shardNames(index: string): string[] {
  const expected = `${INDEX}: expected {"weight_map": {"a tensor": "its file", …}}`;
  let map: unknown;
  try {
    map = (JSON.parse(index) as { weight_map?: unknown }).weight_map;
  } catch {
    throw new Error(expected);
  }
  if (typeof map !== 'object' || map === null) throw new Error(expected);
  const names = new Set(Object.values(map as Record<string, unknown>));
  if (names.size === 0 || ![...names].every((name) => typeof name === 'string')) {
    throw new Error(expected);
  }
  return [...(names as Set<string>)].sort();
}

/** files: a folder's, or some; others are ignored. Rejects with the name of what is missing. */
export async function localModel(files: Iterable<File>): Promise<LocalModel> {
  const byName = new Map([...files].map((file) => [file.name, file]));
  const need = (name: string) => {
    const file = byName.get(name);
    if (file) return file;
    throw new Error(
      `${name} is not among the files chosen (${[...byName.keys()].join(', ') || 'none'}); expected ` +
        'config.json, vocab.json, merges.txt and model.safetensors, or its parts with their index',
    );
  };
  const index = byName.has(FILES.weights) ? undefined : byName.get(INDEX);
  const names = index ? shardNames(await index.text()) : [FILES.weights];
  return {
    config: need(FILES.config),
    vocab: need(FILES.vocab),
    merges: need(FILES.merges),
    weights: names.map(need),
  };
}

export function localBytes(model: LocalModel): number {
  return model.weights.reduce((sum, file) => sum + file.size, 0);
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = entry as FileSystemFileEntry;
    return [
      await new Promise<File>((resolve, reject) => {
        file.file(resolve, reject);
      }),
    ];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => {
    reader.readEntries(resolve, reject);
  });
  return (await Promise.all(entries.filter((each) => each.isFile).map(filesOf))).flat();
}

/** What was dropped on the page: files, or folders with files. */
export async function droppedFiles(transfer: DataTransfer | null): Promise<File[]> {
  const entries = [...(transfer?.items ?? [])].flatMap((item) => item.webkitGetAsEntry() ?? []);
  return (await Promise.all(entries.map(filesOf))).flat();
}
