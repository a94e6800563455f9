/** Having an engine: its code and the script around it are fetched side by side, and it is compiled while it comes. */

import { importEngine } from './import-engine';
import type { Instantiate, PatchboardModule } from './module';
import type { EngineChoice } from './variant';

async function compile(url: string): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`The engine could not be loaded: ${url} was answered with ${response.status}`);
  }
  // Not every host tells what it is, and then browsers want all of it first.
  const isTold = response.headers.get('Content-Type')?.startsWith('application/wasm');
  return isTold
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

export async function createEngine(choice: EngineChoice): Promise<PatchboardModule> {
  const { url, threads, memory: wasmMemory } = choice;
  const compiling = compile(url.replace(/\.mjs$/, '.wasm'));
  compiling.catch(() => undefined); // where the script is not there either, that is told
  const create = await importEngine(url);
  return new Promise((resolve, reject) => {
    const instantiateWasm: Instantiate = (imports, use) => {
      compiling
        .then(async (module) => {
          use(await WebAssembly.instantiate(module, imports), module);
        })
        .catch(reject);
      return {};
    };
    create({ wasmMemory, threads, instantiateWasm }).then(resolve, reject);
  });
}
