/** The origin's private folder with the models that are kept: `models/<key>/`. */

import { type Dtype, OLD_Q8 } from '../weights/dtype';
import { xxhash64 } from '../weights/hash';
import { type Manifest, readManifest } from './manifest';

const MODELS = 'models';
const MANIFEST = 'manifest.json';

export const WEIGHTS = 'model.safetensors';
export const PARTIAL = `${WEIGHTS}.partial`;

/** Rejects where this browser gives no storage to this page. */
export async function modelsFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(MODELS, { create: true });
}

/** The name of a model's folder; its address can be too long for one. */
export async function keyOf(address: string, dtype: Dtype): Promise<string> {
  const name = dtype === 'q8_0' ? OLD_Q8 : dtype; // so that what an older page kept is found
  return `${name}-${await xxhash64(address)}`;
}

function isMissing(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotFoundError';
}

/** Undefined where there is no such file. */
export async function handleOf(
  folder: FileSystemDirectoryHandle,
  name: string,
): Promise<FileSystemFileHandle | undefined> {
  try {
    return await folder.getFileHandle(name);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Undefined where there is no such file. */
export async function fileOf(
  folder: FileSystemDirectoryHandle,
  name: string,
): Promise<File | undefined> {
  return (await handleOf(folder, name))?.getFile();
}

export async function removeFrom(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  try {
    await folder.removeEntry(name, { recursive: true });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Only workers have it, and TypeScript's types are the page's. */
export interface SyncAccessHandle {
  read(bytes: Uint8Array, options: { at: number }): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  close(): void;
}

export type WorkerFileHandle = FileSystemFileHandle & {
  createSyncAccessHandle(options?: { mode: 'read-only' }): Promise<SyncAccessHandle>;
  move(name: string): Promise<void>;
};

/**
 * Whole or not at all: the browser swaps the file when it is closed. Safari before 26 has only the
 * other way; there, what was written halfway is no manifest, or has another checksum.
 */
export async function writeText(
  folder: FileSystemDirectoryHandle,
  name: string,
  text: string,
): Promise<void> {
  const file = (await folder.getFileHandle(name, { create: true })) as WorkerFileHandle;
  if ('createWritable' in file) {
    const writable = await file.createWritable();
    await writable.write(text);
    await writable.close();
    return;
  }
  const handle = await (file as WorkerFileHandle).createSyncAccessHandle();
  try {
    const bytes = new TextEncoder().encode(text);
    handle.truncate(0);
    if (handle.write(bytes, { at: 0 }) !== bytes.byteLength) throw diskFull();
  } finally {
    handle.close();
  }
}

/** As browsers say it. */
export function diskFull(): DOMException {
  return new DOMException('the disk took less than it was given', 'QuotaExceededError');
}

/** As it is on the disk; undefined where there is none. */
export async function manifestText(folder: FileSystemDirectoryHandle): Promise<string | undefined> {
  return (await fileOf(folder, MANIFEST))?.text();
}

export async function loadManifest(
  folder: FileSystemDirectoryHandle,
): Promise<Manifest | undefined> {
  const text = await manifestText(folder);
  return text === undefined ? undefined : readManifest(text);
}

/** Returns it as `manifestText` does from now on. */
export async function saveManifest(
  folder: FileSystemDirectoryHandle,
  manifest: Manifest,
): Promise<string> {
  const text = JSON.stringify(manifest);
  await writeText(folder, MANIFEST, text);
  return text;
}

/** The folder of one model, where there is any. */
export async function folderOf(key: string): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await (await modelsFolder()).getDirectoryHandle(key);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
