import type { CreatePatchboard } from './module';

/** url: of patchboard.mjs. Rejects, saying what to do, where it is not there. */
export async function importEngine(url: string): Promise<CreatePatchboard> {
  try {
    const engine = (await import(/* @vite-ignore */ url)) as { default: CreatePatchboard };
    return engine.default;
  } catch (cause) {
    throw new Error(
      `The engine for this browser could not be loaded (${url}). Where tools/demo has just begun to serve the ` +
        'page, it is still being built: open the page again in a few minutes',
      { cause },
    );
  }
}
