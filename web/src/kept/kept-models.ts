/** All models on this machine's disk, for the page to show and to remove. */

import { dtypeOf } from '../weights/dtype';
import { fileOf, loadManifest, modelsFolder, PARTIAL, removeFrom, WEIGHTS } from './folder';
import { withModel } from './lock';
import type { Manifest } from './manifest';

export interface KeptEntry {
  key: string;
  /** Undefined where it cannot be read: all that can be done is to remove it. */
  manifest: Manifest | undefined;
  /** On disk. */
  bytes: number;
}

export interface Storage {
  models: KeptEntry[];
  /** Of everything that this page keeps, and how much it may; undefined where it is not told. */
  used: number | undefined;
  quota: number | undefined;
}

type Entries = FileSystemDirectoryHandle & {
  values(): AsyncIterable<FileSystemDirectoryHandle | FileSystemFileHandle>;
};

async function bytesOf(folder: FileSystemDirectoryHandle): Promise<number> {
  const files = await Promise.all([fileOf(folder, WEIGHTS), fileOf(folder, PARTIAL)]);
  return files.reduce((sum, file) => sum + (file?.size ?? 0), 0);
}

/** Undefined where there is nothing of a model in it. */
async function entryOf(folder: FileSystemDirectoryHandle): Promise<KeptEntry | undefined> {
  const manifest = await loadManifest(folder);
  const bytes = await bytesOf(folder);
  return manifest || bytes > 0 ? { key: folder.name, manifest, bytes } : undefined;
}

/** Rejects where this browser gives no storage to this page. */
export async function keptModels(): Promise<Storage> {
  const models: KeptEntry[] = [];
  for await (const folder of ((await modelsFolder()) as Entries).values()) {
    const entry = folder.kind === 'directory' ? await entryOf(folder) : undefined;
    if (entry) models.push(entry);
  }
  models.sort((a, b) => (a.manifest?.label ?? '').localeCompare(b.manifest?.label ?? ''));
  const { usage, quota } = await navigator.storage.estimate();
  return { models, used: usage, quota };
}

/** That are whole; nothing where nothing can be kept. */
async function wholeCopies(): Promise<Manifest[]> {
  try {
    const { models } = await keptModels();
    return models.flatMap(({ manifest }) => (manifest?.complete ? [manifest] : []));
  } catch {
    return []; // a load says so
  }
}

/** Of the model at an address, in whatever numbers it is whole. */
export async function keptCopies(address: string): Promise<Manifest[]> {
  return (await wholeCopies()).filter((copy) => copy.address === address);
}

/** Of other models than the one at the address, in f32: one of them may be what it was rounded from. */
export async function keptOriginals(address: string): Promise<Manifest[]> {
  const isOther = (copy: Manifest) => copy.address !== address && copy.dtype === 'f32';
  return (await wholeCopies()).filter(isOther);
}

/** What it is called: "https://example.org/gpt2/ in f16". */
export function nameOf({ key, manifest }: KeptEntry): string {
  const [name = ''] = key.split('-');
  return `${manifest?.label ?? 'a copy that cannot be read'} in ${dtypeOf(name) ?? name}`;
}

/** Rejects where a tab is using it. */
export async function removeKept(key: string): Promise<void> {
  await withModel(key, async () => {
    await removeFrom(await modelsFolder(), key);
  });
}
