/** What was opened, dropped or pasted becomes what the page shows, or is told to belong to another part. */

import type { OpenedDocument } from '../opening/open-document';
import { type Opened, openedFiles, openedText } from '../opening/opened';
import { requireTokensOf } from '../opening/tokens-of-engine';
import type { SavedModel } from '../opening/read-model';
import type { Lab } from '../state/lab.svelte';
import type { ChosenFile } from '../weights/local-files';

/** notes: what a person should know of it. */
export type OpenedHere =
  { kind: 'shown'; notes: readonly string[] } | Exclude<Opened, { kind: 'document' }>;

const inUseIs = ({ shelf }: Lab, model: SavedModel | undefined) =>
  shelf.inUse !== undefined && model?.digest === shelf.inUse.info.fingerprint;

const shapeIn = (lab: Lab) => (model: SavedModel) =>
  inUseIs(lab, model) ? lab.shelf.inUse?.info : undefined;

async function show(lab: Lab, { experiment, choice, model, saved, notes }: OpenedDocument) {
  if (!saved) {
    lab.open(experiment, choice);
  } else {
    if (lab.engine && inUseIs(lab, model)) await requireTokensOf(lab.engine, saved.result);
    lab.openFile(saved, choice);
  }
  return { kind: 'shown' as const, notes };
}

/** Both reject with what is wrong with it. */
export async function openText(lab: Lab, text: string): Promise<OpenedHere> {
  const opened = openedText('', text, shapeIn(lab));
  return opened.kind === 'document' ? show(lab, opened.document) : opened;
}

export async function openFiles(lab: Lab, files: readonly ChosenFile[]): Promise<OpenedHere> {
  const opened = await openedFiles(files, shapeIn(lab));
  return opened.kind === 'document' ? show(lab, opened.document) : opened;
}
