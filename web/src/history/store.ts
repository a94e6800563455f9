/**
 * The history on this machine, an item of its own for each entry, so that two tabs do not overwrite each other's. In
 * `localStorage`: fifty entries are some hundred kilobytes, and another tab hears of every change.
 */

import { messageOf } from '../errors/errors';
import { entryText, type HistoryEntry, identityOf, readEntry } from './entry';

export type Items = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

const PREFIX = 'patchboard history ';
export const MOST_ENTRIES = 50;

/** Whether an item that changed, in another tab, is one of the history's. */
export const isHistoryKey = (key: string | null): boolean => key?.startsWith(PREFIX) ?? true;

/** The browser's, or why there is none. */
export function storageHere(): Items | string {
  try {
    const { localStorage } = globalThis;
    localStorage.removeItem(PREFIX); // some refuse only its use
    return localStorage;
  } catch (error) {
    return messageOf(error);
  }
}

export interface HistoryRead {
  /** The newest first. */
  entries: HistoryEntry[];
  /** How many items were no entries; they stay where they are, a newer page may have written them. */
  unreadable: number;
}

export class HistoryStore {
  /** What could not be kept, or where nothing can be; it ends with the tab. */
  private readonly passing = new Map<string, HistoryEntry>();

  constructor(private readonly items: Items | undefined) {}

  read(): HistoryRead {
    const found = new Map<string, HistoryEntry>();
    let unreadable = 0;
    for (const key of this.keys()) {
      try {
        const text = this.items?.getItem(key);
        if (typeof text === 'string') found.set(key, readEntry(text)); // else another tab removed it
      } catch {
        unreadable++;
      }
    }
    for (const [key, entry] of this.passing) found.set(key, entry);
    const entries = [...found.values()].sort((a, b) => b.time - a.time).slice(0, MOST_ENTRIES);
    return { entries, unreadable };
  }

  /** In the place of an entry of the same experiment and model. Returns why it was not kept, where it was not. */
  put(entry: HistoryEntry): string | undefined {
    const key = PREFIX + identityOf(entry);
    this.passing.delete(key);
    const problem = this.items ? this.write(this.items, key, entryText(entry)) : undefined;
    if (problem !== undefined || !this.items) this.passing.set(key, entry);
    return problem;
  }

  remove(entry: HistoryEntry): void {
    const key = PREFIX + identityOf(entry);
    this.passing.delete(key);
    this.items?.removeItem(key);
  }

  /** What cannot be read, too. */
  clear(): void {
    this.passing.clear();
    for (const key of this.keys()) this.items?.removeItem(key);
  }

  /** Where there is no room, the oldest give way. */
  private write(items: Items, key: string, text: string): string | undefined {
    const oldest = this.oldestFirst().filter((other) => other !== key);
    for (const surplus of oldest.splice(0, oldest.length - MOST_ENTRIES + 1)) {
      items.removeItem(surplus);
    }
    for (;;) {
      try {
        items.setItem(key, text);
        return undefined;
      } catch (error) {
        const next = oldest.shift();
        if (next === undefined) return messageOf(error);
        items.removeItem(next);
      }
    }
  }

  private oldestFirst(): string[] {
    const timed = this.keys().flatMap((key) => {
      try {
        return [{ key, time: readEntry(this.items?.getItem(key) ?? '').time }];
      } catch {
        return []; // what cannot be read is left alone
      }
    });
    return timed.sort((a, b) => a.time - b.time).map(({ key }) => key);
  }

  private keys(): string[] {
    const { items } = this;
    const all = Array.from({ length: items?.length ?? 0 }, (_, index) => items?.key(index) ?? '');
    return all.filter((key) => key.startsWith(PREFIX));
  }
}
