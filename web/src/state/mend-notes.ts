/** What is right takes the places of what was noted. */

import type { PromptNote } from '../engine/module';
import { mended } from '../tokens/prompt-notes';
import type { Lab } from './lab.svelte';

/** Targets that are mended are chosen. */
export function mendNotes(
  lab: Pick<Lab, 'experiment' | 'pin'>,
  notes: readonly PromptNote[],
): void {
  const before = lab.experiment;
  const { targets, ...rest } = mended(before, notes);
  lab.experiment = { ...rest, targets: before.targets };
  if (notes.some(({ kind }) => kind === 'target-needs-space')) lab.pin(targets);
}
