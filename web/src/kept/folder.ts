/** The origin's private folder with the models that are kept: `models/<key>/`. */

import { xxhash64 } from 'hash-wasm';

import type { Dtype } from '../weights/dtype';
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
  return `${dtype}-${await xxhash64(address)}`;
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

/** Whole or not at all: the browser swaps the file when it is closed. */
export async function writeText(
  folder: FileSystemDirectoryHandle,
  name: string,
  text: string,
): Promise<void> {
  const file = await folder.getFileHandle(name, { create: true });
  const writable = await file.createWritable();
  await writable.write(text);
  await writable.close();
}

export async function loadManifest(
  folder: FileSystemDirectoryHandle,
): Promise<Manifest | undefined> {
  const file = await fileOf(folder, MANIFEST);
  return file ? readManifest(await file.text()) : undefined;
}

export function saveManifest(folder: FileSystemDirectoryHandle, manifest: Manifest): Promise<void> {
  return writeText(folder, MANIFEST, JSON.stringify(manifest));
}
