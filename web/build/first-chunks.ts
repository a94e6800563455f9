/**
 * Which modules are loaded together: what the page needs at first is one file, whatever its later parts share with
 * it, since every file costs its own way to the server and back.
 */

interface Graph {
  getModuleInfo: (id: string) => { importedIds: readonly string[] } | null;
}

/** What is loaded with a module: all that it imports, but for what it imports later. */
function loadedWith(entry: string, graph: Graph): Set<string> {
  const found = new Set<string>();
  const add = (id: string) => {
    if (found.has(id)) return;
    found.add(id);
    for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) add(imported);
  };
  add(entry);
  return found;
}

/** Entries are modules in the order in which they are loaded. Gives a module's file; none for what comes later. */
export function firstChunks(entries: Record<string, string>) {
  let chunks: [string, Set<string>][] | undefined;
  return (id: string, graph: Graph): string | null => {
    chunks ??= Object.entries(entries).map(([name, entry]) => [name, loadedWith(entry, graph)]);
    return chunks.find(([, modules]) => modules.has(id))?.[0] ?? null;
  };
}
