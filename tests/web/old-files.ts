/** The documents and saved results of earlier versions: tests/old/. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const OLD = fileURLToPath(new URL('../old', import.meta.url));

export interface OldFile {
  name: string;
  text: string;
}

export const corpora = readdirSync(OLD, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

export const oldText = (path: string): string => readFileSync(`${OLD}/${path}`, 'utf8');

/** Of every corpus. folder: "page", say. */
export function oldFiles(folder: string): OldFile[] {
  return corpora.flatMap((corpus) => {
    const path = `${corpus}/${folder}`;
    const names = existsSync(`${OLD}/${path}`) ? readdirSync(`${OLD}/${path}`) : [];
    return names.map((name) => ({ name: `${path}/${name}`, text: oldText(`${path}/${name}`) }));
  });
}
