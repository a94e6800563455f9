/** What is likely to be meant otherwise in an experiment's texts: said in a line, and mended by a click. */

import type { PromptNote } from '../engine/module';
import type { Experiment, TargetText } from '../experiment/experiment';
import { visibleText } from './token-diff';

type Kind = PromptNote['kind'];

/** One kind at a time, so that it stays a line. */
export interface NoteLine {
  kind: Kind;
  text: string;
  /** What a click does. */
  action: string;
  /** All of the kind, which are mended together. */
  notes: readonly PromptNote[];
}

const ORDER: readonly Kind[] = ['ends-in-space', 'first-word-needs-space', 'target-needs-space'];

const NAMES: Record<string, string> = {
  clean: 'The clean prompt',
  corrupted: 'The corrupted prompt',
};

function textOf({ kind, place, mended: right }: PromptNote): string {
  const name = NAMES[place] ?? 'A prompt of the mean';
  switch (kind) {
    case 'ends-in-space':
      return `${name} ends in a space, which the next word brings with it.`;
    case 'first-word-needs-space':
      return `${name} begins with a word that is one token only with a space before it.`;
    case 'target-needs-space':
      return `The target “${visibleText(right.slice(1))}” has no space before it, with which it would come here.`;
  }
}

function actionOf({ kind, mended: right }: PromptNote): string {
  switch (kind) {
    case 'ends-in-space':
      return 'Take the space away';
    case 'first-word-needs-space':
      return 'Put a space before it';
    case 'target-needs-space':
      return `Measure “${visibleText(right)}”`;
  }
}

/** Undefined where there is nothing to mend. */
export function noteLine(all: readonly PromptNote[]): NoteLine | undefined {
  const kind = ORDER.find((each) => all.some((note) => note.kind === each));
  if (kind === undefined) return undefined;
  const notes = all.filter((note) => note.kind === kind);
  const [first] = notes;
  return first && { kind, text: textOf(first), action: actionOf(first), notes };
}

function withTarget(targets: readonly TargetText[], { place, mended }: PromptNote): TargetText[] {
  const index = Number(/^targets\[(\d+)\]/.exec(place)?.[1]);
  return targets.map((target, at) => {
    if (at !== index) return target;
    return typeof target === 'object' ? { continuation: mended } : mended;
  });
}

/** The experiment with what is right in the places of the notes. */
export function mended(experiment: Experiment, notes: readonly PromptNote[]): Experiment {
  return notes.reduce((now, note): Experiment => {
    const { place, mended: text } = note;
    if (place === 'clean' || place === 'corrupted') return { ...now, [place]: text };
    const mean = /^corruption\.prompts\[(\d+)\]$/.exec(place)?.[1];
    if (mean === undefined) return { ...now, targets: withTarget(now.targets, note) };
    if (now.corruption.kind !== 'mean') return now;
    const prompts = now.corruption.prompts.with(Number(mean), text);
    return { ...now, corruption: { ...now.corruption, prompts } };
  }, experiment);
}
