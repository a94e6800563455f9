/** Writes beside the page the licences of the packages that its scripts, those of its workers too, are made of. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Plugin } from 'vite';

const HEAD = `# Licences

Of the packages that the page's scripts are made of. Those of the engine are in NOTICES.md.
`;

/** The folder of the package that a module is of; none for the page's own and for a plugin's inventions. */
function packageOf(module: string): string | undefined {
  return /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1];
}

function licenceOf(folder: string): string {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const file = readdirSync(folder).find((name) => /^licen[cs]e(\.|$)/i.test(name));
  if (!file && !about.license) throw new Error(`${about.name} comes without a licence`);
  const text = file
    ? readFileSync(join(folder, file), 'utf8').trim()
    : 'The package has no text beside this name.';
  return `## ${about.name} ${about.version} (${about.license ?? 'see below'})\n\n\`\`\`text\n${text}\n\`\`\`\n`;
}

/** `collect` belongs to the page's build and to its workers', `write` to the page's alone. */
export function licences(file: string): { collect: () => Plugin; write: Plugin } {
  const folders = new Set<string>();
  const collect = (): Plugin => ({
    name: 'collect-licences',
    apply: 'build',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const module of chunk.moduleIds) {
          const folder = packageOf(module);
          if (folder && existsSync(join(folder, 'package.json'))) folders.add(folder);
        }
      }
    },
  });
  const write: Plugin = {
    name: 'write-licences',
    apply: 'build',
    closeBundle() {
      writeFileSync(file, [HEAD, ...[...folders].sort().map(licenceOf)].join('\n'));
    },
  };
  return { collect, write };
}
