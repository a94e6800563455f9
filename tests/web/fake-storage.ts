/** The browser's private file system and its locks in memory, for tests; every step is a turn. */

type Entry = { kind: 'file'; bytes: Uint8Array; lock: 'none' | 'write' | number } | Folder;
interface Folder {
  kind: 'directory';
  entries: Map<string, Entry>;
}

export interface FakeStorage {
  root: Folder;
  /** What `navigator` is to be. */
  navigator: object;
  /** Waited for before each step: decides who goes on, or throws in its place. */
  turn: (step: string) => Promise<void>;
}

const missing = (name: string) => new DOMException(`${name} is not there`, 'NotFoundError');
const locked = () => new DOMException('it is in use', 'NoModificationAllowedError');

interface Lacking {
  createWritable?: boolean;
  createSyncAccessHandle?: boolean;
  locks?: boolean;
}

/** lacking: what this browser has not. */
export function fakeStorage(lacking: Lacking = {}): FakeStorage {
  const root: Folder = { kind: 'directory', entries: new Map() };
  const step = (name: string) => storage.turn(name);

  function fileHandle(folder: Folder, name: string) {
    const find = () => {
      const entry = folder.entries.get(name);
      if (entry?.kind !== 'file') throw missing(name);
      return entry;
    };
    const handle = {
      kind: 'file',
      name,
      async getFile() {
        await step(`getFile ${name}`);
        return new File([find().bytes.slice()], name);
      },
      async createWritable() {
        await step(`createWritable ${name}`);
        if (find().lock === 'write') throw locked();
        let content = new Uint8Array();
        return {
          async write(text: string) {
            await step(`write text ${name}`);
            content = new TextEncoder().encode(text);
          },
          async close() {
            await step(`close text ${name}`);
            if (!folder.entries.has(name)) throw missing(name);
            find().bytes = content;
          },
        };
      },
      async createSyncAccessHandle({ mode = 'readwrite' } = {}) {
        await step(`createSyncAccessHandle ${name}`);
        return syncHandle(find(), mode === 'read-only');
      },
      async move(to: string) {
        await step(`move ${name}`);
        const entry = find();
        if (entry.lock !== 'none') throw locked();
        folder.entries.delete(name);
        folder.entries.set(to, entry);
      },
    };
    for (const method of ['createWritable', 'createSyncAccessHandle'] as const) {
      if (lacking[method]) delete (handle as Partial<typeof handle>)[method];
    }
    return handle;
  }

  function syncHandle(entry: Entry & { kind: 'file' }, isReader: boolean) {
    if (entry.lock === 'write' || (entry.lock !== 'none' && !isReader)) throw locked();
    entry.lock = isReader ? (entry.lock === 'none' ? 1 : entry.lock + 1) : 'write';
    let isOpen = true;
    return {
      read(into: Uint8Array, { at }: { at: number }) {
        const part = entry.bytes.subarray(at, at + into.byteLength);
        into.set(part);
        return part.byteLength;
      },
      write(bytes: Uint8Array, { at }: { at: number }) {
        const grown = new Uint8Array(Math.max(entry.bytes.byteLength, at + bytes.byteLength));
        grown.set(entry.bytes);
        grown.set(bytes, at);
        entry.bytes = grown;
        return bytes.byteLength;
      },
      truncate(size: number) {
        const cut = new Uint8Array(size);
        cut.set(entry.bytes.subarray(0, size));
        entry.bytes = cut;
      },
      close() {
        if (!isOpen) return;
        isOpen = false;
        entry.lock = typeof entry.lock === 'number' && entry.lock > 1 ? entry.lock - 1 : 'none';
      },
    };
  }

  function isInUse(entry: Entry): boolean {
    return entry.kind === 'file'
      ? entry.lock !== 'none'
      : [...entry.entries.values()].some(isInUse);
  }

  function folderHandle(folder: Folder, name: string): object {
    return {
      kind: 'directory',
      name,
      async getDirectoryHandle(of: string, { create = false } = {}) {
        await step(`getDirectoryHandle ${of}`);
        const found = folder.entries.get(of);
        if (found?.kind === 'directory') return folderHandle(found, of);
        if (!create) throw missing(of);
        const made: Folder = { kind: 'directory', entries: new Map() };
        folder.entries.set(of, made);
        return folderHandle(made, of);
      },
      async getFileHandle(of: string, { create = false } = {}) {
        await step(`getFileHandle ${of}`);
        if (!folder.entries.has(of)) {
          if (!create) throw missing(of);
          folder.entries.set(of, { kind: 'file', bytes: new Uint8Array(), lock: 'none' });
        }
        return fileHandle(folder, of);
      },
      async removeEntry(of: string) {
        await step(`removeEntry ${of}`);
        const entry = folder.entries.get(of);
        if (!entry) throw missing(of);
        if (isInUse(entry)) throw locked();
        folder.entries.delete(of);
      },
      async *values() {
        await step(`values ${name}`);
        for (const [of, entry] of [...folder.entries]) {
          yield entry.kind === 'file' ? fileHandle(folder, of) : folderHandle(entry, of);
        }
      },
    };
  }

  const held = new Set<string>();
  const locks = {
    async request(name: string, _: object, act: (lock: object | null) => unknown) {
      await step(`lock ${name}`);
      if (held.has(name)) return act(null);
      held.add(name);
      try {
        return await act({ name });
      } finally {
        held.delete(name);
      }
    },
  };
  const storage: FakeStorage = {
    root,
    navigator: {
      storage: {
        getDirectory: async () => {
          await step('getDirectory');
          return folderHandle(root, '');
        },
        estimate: () => Promise.resolve({ usage: 0, quota: 1e12 }),
      },
      ...(!lacking.locks && { locks }),
    },
    turn: () => Promise.resolve(),
  };
  return storage;
}

/** All files by their paths. */
export function filesOf(folder: Folder, path = ''): Map<string, { bytes: Uint8Array }> {
  const files = new Map<string, { bytes: Uint8Array }>();
  for (const [name, entry] of folder.entries) {
    if (entry.kind === 'file') files.set(path + name, entry);
    else for (const [below, file] of filesOf(entry, `${path}${name}/`)) files.set(below, file);
  }
  return files;
}
