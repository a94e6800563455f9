/** All models on this machine's disk, for the page to show and to remove. */

import { fileOf, loadManifest, modelsFolder, PARTIAL, removeFrom, WEIGHTS } from './folder';
import type { Manifest } from './manifest';

export interface KeptEntry {
  key: string;
  manifest: Manifest;
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

async function entryOf(folder: FileSystemDirectoryHandle): Promise<KeptEntry | undefined> {
  const manifest = await loadManifest(folder);
  if (!manifest) return undefined;
  const file = await fileOf(folder, manifest.complete ? WEIGHTS : PARTIAL);
  return { key: folder.name, manifest, bytes: file?.size ?? 0 };
}

/** Rejects where this browser gives no storage to this page. */
export async function keptModels(): Promise<Storage> {
  const models: KeptEntry[] = [];
  for await (const folder of ((await modelsFolder()) as Entries).values()) {
    const entry = folder.kind === 'directory' ? await entryOf(folder) : undefined;
    if (entry) models.push(entry);
  }
  models.sort((a, b) => a.manifest.label.localeCompare(b.manifest.label));
  const { usage, quota } = await navigator.storage.estimate();
  return { models, used: usage, quota };
}

/** What there is of the model at an address, in whatever numbers; nothing where nothing can be kept. */
export async function keptCopies(address: string): Promise<Manifest[]> {
  try {
    const { models } = await keptModels();
    return models.map(({ manifest }) => manifest).filter((one) => one.address === address);
  } catch {
    return []; // a load says so
  }
}

/** Rejects where a tab is still writing it. */
export async function removeKept(key: string): Promise<void> {
  await removeFrom(await modelsFolder(), key);
}
