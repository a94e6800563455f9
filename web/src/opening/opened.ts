/** What somebody opened, dropped or pasted, and where in the page it belongs. */

import { messageOf } from '../errors/errors';
import type { ChosenFile } from '../weights/local-files';
import { OpenError } from './json-tree';
import { openDocument, type OpenedDocument } from './open-document';
import { isModelFile, textOf, whatIsIt } from './what-is-it';

export type Opened =
  | { kind: 'document'; document: OpenedDocument }
  | { kind: 'pairs' | 'template'; text: string }
  | { kind: 'model'; files: readonly ChosenFile[] }
  | { kind: 'answers'; files: readonly ChosenFile[] };

/** In bytes. */
const LARGEST_ANSWERS = 1_000_000;

/** See `openDocument`. */
type ShapeOf = Parameters<typeof openDocument>[1];

/** name: of the file; empty for what was pasted. Throws where it is nothing that opens, or not sound. */
export function openedText(name: string, text: string, shapeOf?: ShapeOf): Opened {
  const what = whatIsIt(name, text);
  switch (what.kind) {
    case 'experiment':
    case 'saved result':
      return { kind: 'document', document: openDocument(text, shapeOf) };
    case 'pairs':
    case 'template':
      return { kind: what.kind, text };
    case 'answers': {
      const file = new File([text], name === '' ? 'pasted.json' : name);
      return { kind: 'answers', files: [{ path: file.name, open: () => Promise.resolve(file) }] };
    }
    case 'model':
      throw new OpenError('a part of a model, which opens as files: choose or drop its folder');
    case 'unknown':
      throw new OpenError(what.why);
  }
}

async function isAnswers({ open }: ChosenFile): Promise<boolean> {
  const file = await open();
  if (file.size > LARGEST_ANSWERS) return false;
  try {
    return whatIsIt(file.name, await textOf(file)).kind === 'answers';
  } catch {
    return false; // no text
  }
}

/** Whether it is a class's folder, whatever else is in it. */
async function hasAnswers(files: readonly ChosenFile[]): Promise<boolean> {
  for (const file of files) if (await isAnswers(file)) return true;
  return false;
}

/** Of one file of any kind, of a class's answers, or of a model's. Rejects with its name where it does not open. */
export async function openedFiles(
  files: readonly ChosenFile[],
  shapeOf?: ShapeOf,
): Promise<Opened> {
  if (files.some(({ path }) => isModelFile(path))) return { kind: 'model', files };
  if (await hasAnswers(files)) return { kind: 'answers', files };
  const [chosen, ...others] = files;
  if (!chosen || others.length > 0) {
    throw new OpenError(
      `${files.length} files, none of a model and no answers; expected one, a model’s folder or a class’s answers`,
    );
  }
  try {
    const file = await chosen.open();
    const text = await textOf(file);
    if (whatIsIt(file.name, text).kind === 'model') return { kind: 'model', files };
    return openedText(file.name, text, shapeOf);
  } catch (error) {
    throw new OpenError(`${chosen.path} was not opened: ${messageOf(error)}`);
  }
}
