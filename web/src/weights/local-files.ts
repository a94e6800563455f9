/** Models in files that someone chose from their disk. Nothing of them is uploaded. */

import { FILES, isIndex, isTorch, saysItsModel, WEIGHTS } from './files';
import { localHeader } from './outline';
import { checkShards, readIndex } from './shards';
import { TOKENIZER_FILES, type TokenizerFile } from './texts';

export interface ChosenFile {
  /** From what was chosen on down: "gpt2/config.json". */
  path: string;
  open: () => Promise<File>;
}

/** The chosen files that lie in one folder, by their names; or one of weights, with what it needs beside it. */
export interface LocalFolder {
  /** As in ChosenFile; empty for files without a folder. Of one file of weights, its own. */
  path: string;
  files: ReadonlyMap<string, ChosenFile>;
}

export interface LocalModel {
  /** The folder's path: see LocalFolder. */
  folder: string;
  /** Undefined where it is not there: the file of weights may say its model. */
  config?: File;
  /** Those of its files that are there. */
  tokenizer: Partial<Record<TokenizerFile, File>>;
  /** One, or the parts that an index names, in its order. */
  weights: File[];
}

function splitPath(path: string): [folder: string, name: string] {
  const slash = path.lastIndexOf('/');
  return [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)];
}

function byFolder(chosen: readonly ChosenFile[]): Map<string, Map<string, ChosenFile>> {
  const folders = new Map<string, Map<string, ChosenFile>>();
  for (const file of chosen) {
    const [folder, name] = splitPath(file.path);
    const files = folders.get(folder) ?? new Map<string, ChosenFile>();
    if (files.has(name)) throw new Error(`two files called ${file.path} were chosen; expected one`);
    folders.set(folder, files.set(name, file));
  }
  return folders;
}

/** The innermost folder that all of these are in. */
function commonFolder(paths: readonly string[]): string {
  const split = paths.map((path) => path.split('/'));
  const [first = []] = split;
  const differs = first.findIndex((part, at) => split.some((parts) => parts[at] !== part));
  return first.slice(0, differs < 0 ? undefined : differs).join('/');
}

export interface ModelFolders {
  /** Whether the only one is what was chosen itself; otherwise somebody has to say which is meant. */
  isClear: boolean;
  folders: LocalFolder[];
}

const TEXTS: readonly string[] = [FILES.config, ...TOKENIZER_FILES];

/** The model in a folder, or each file in it that is one. */
function modelsIn(folder: LocalFolder): LocalFolder[] {
  if (WEIGHTS.some((name) => folder.files.has(name))) return [folder];
  const entries = [...folder.files];
  const texts = entries.filter(([name]) => TEXTS.includes(name));
  return entries
    .filter(([name]) => saysItsModel(name) || isTorch(name))
    .map(([name, file]) => {
      const beside = saysItsModel(name) ? [] : texts;
      return { path: file.path, files: new Map([...beside, [name, file]]) };
    });
}

/**
 * Where there are models in what was chosen: in the folder itself, where it has weights; otherwise
 * in folders below it. Files of two folders never make one model. Throws where a name is there twice.
 */
export function modelFolders(chosen: readonly ChosenFile[]): ModelFolders {
  const all = byFolder(chosen);
  const path = commonFolder([...all.keys()]);
  const root: LocalFolder = { path, files: all.get(path) ?? new Map<string, ChosenFile>() };
  const own = modelsIn(root);
  if (own.length === 1) return { isClear: true, folders: own };
  const folders = [...all]
    .flatMap(([folder, files]) => modelsIn({ path: folder, files }))
    .sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }));
  return folders.length > 0 ? { isClear: false, folders } : { isClear: true, folders: [root] }; // which says what is missing
}

/** The files of weights, or the parts that an index names. */
async function weightsIn(
  files: LocalFolder['files'],
  need: (name: string) => Promise<File>,
): Promise<File[]> {
  const usual = WEIGHTS.find((name) => files.has(name));
  const name = usual ?? [...files.keys()].find(isTorch) ?? FILES.weights;
  if (!isIndex(name)) return [await need(name)];
  const index = readIndex(await (await need(name)).text(), name);
  const parts = await Promise.all(index.files.map(need));
  if (!index.files.some(isTorch)) checkShards(index, await Promise.all(parts.map(localHeader)));
  return parts;
}

async function tokenizerIn(files: LocalFolder['files']): Promise<LocalModel['tokenizer']> {
  const found: LocalModel['tokenizer'] = {};
  for (const name of TOKENIZER_FILES) {
    const file = files.get(name);
    if (file) found[name] = await file.open();
  }
  return found;
}

/** Rejects with the name of what is missing; other files are ignored. */
export async function localModel({ path, files }: LocalFolder): Promise<LocalModel> {
  const [only, ...others] = files;
  if (only && others.length === 0 && saysItsModel(only[0])) {
    return { folder: path, tokenizer: {}, weights: [await only[1].open()] };
  }
  const need = async (name: string) => {
    const file = files.get(name);
    if (file) return file.open();
    throw new Error(
      `${name} is not among the files chosen (${[...files.keys()].join(', ') || 'none'}` +
        `${path === '' ? '' : ` in ${path}`}); expected ` +
        'config.json and model.safetensors, or its parts with their index, with a tokenizer beside them ' +
        '(vocab.json and merges.txt, or tokenizer.json) where there is one; or a .gguf, which has all of that',
    );
  };
  const hasConfig = files.has(FILES.config) || ![...files.keys()].some(isTorch);
  return {
    folder: path,
    ...(hasConfig && { config: await need(FILES.config) }),
    tokenizer: await tokenizerIn(files),
    weights: await weightsIn(files, need),
  };
}

export function localBytes(model: LocalModel): number {
  return model.weights.reduce((sum, file) => sum + file.size, 0);
}

/** Of a file input, for a folder or for files. */
export function chosenFiles(files: Iterable<File>): ChosenFile[] {
  return [...files].map((file) => ({
    path: file.webkitRelativePath || file.name,
    open: () => Promise.resolve(file),
  }));
}

/** A browser gives a folder's entries in parts, until it gives none. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  let entries: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (part.length === 0) return entries;
    entries = entries.concat(part);
  }
}

async function filesOf(entry: FileSystemEntry): Promise<ChosenFile[]> {
  if (entry.isDirectory) {
    const entries = await entriesOf(entry as FileSystemDirectoryEntry);
    return (await Promise.all(entries.map(filesOf))).flat();
  }
  const open = () =>
    new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
  return [{ path: entry.fullPath.replace(/^\//, ''), open }];
}

/** Of what was dropped: files, or folders with files. */
export async function droppedFiles(entries: readonly FileSystemEntry[]): Promise<ChosenFile[]> {
  return (await Promise.all(entries.map(filesOf))).flat();
}
