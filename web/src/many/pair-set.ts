/** Sets of prompt pairs: which of them can be averaged. */

import type { PromptPair } from '../engine/module';

/** What has to agree for pairs to be averaged; lengths are in tokens. */
export interface PairShape {
  clean: number;
  corrupted: number;
  targets: number;
}

/** Of equally common ones the first. */
function commonest(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: number | undefined;
  for (const [value, count] of counts) {
    if (best === undefined || count > (counts.get(best) ?? 0)) best = value;
  }
  return best;
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Which set it is, for a person who has seen it. */
export function setText(pairs: readonly PromptPair[]): string {
  const [first] = pairs;
  const all = counted(pairs.length, 'pair');
  return first ? `${all}, the first “${first.clean}” (${first.name})` : all;
}

/**
 * [pair], why it cannot be part of the mean; undefined where it can. The commonest length decides,
 * then, among pairs of that length, the commonest number of targets, as in the command
 * (core/prompts/pair_shapes.h).
 */
export function whyLeftOut(pairs: readonly PairShape[]): (string | undefined)[] {
  const sound = pairs.filter((pair) => pair.clean === pair.corrupted && pair.targets > 0);
  const length = commonest(sound.map(({ clean }) => clean));
  const targets = commonest(
    sound.filter(({ clean }) => clean === length).map((pair) => pair.targets),
  );
  return pairs.map((pair) => {
    if (pair.clean !== pair.corrupted) {
      return `the clean prompt has ${counted(pair.clean, 'token')} and the corrupted one ${pair.corrupted}`;
    }
    if (pair.targets === 0) return 'there is no target';
    if (pair.clean !== length) {
      return `it has ${counted(pair.clean, 'token')}, and most pairs ${length}`;
    }
    if (pair.targets !== targets) {
      return `it has ${counted(pair.targets, 'target')}, and most pairs of its length ${targets}`;
    }
    return undefined;
  });
}

// Written by hand and by programs beside the command's own experiments; read as text, as typed ones are.
const FILES = import.meta.glob<string>('../../../tools/experiments/*.json', {
  query: '?raw',
  import: 'default',
});

export interface PairPreset {
  id: string;
  load: () => Promise<string>;
}

export const pairPresets: readonly PairPreset[] = Object.entries(FILES).map(([path, load]) => ({
  id: path.replace(/^.*\//, '').replace(/\.json$/, ''),
  load,
}));

const TITLES: Record<string, string> = {
  ioi: 'Indirect objects',
  surnames: 'The report’s surname over 20 people',
  induction: 'Induction',
};

export const presetTitle = (id: string): string => TITLES[id] ?? id;

/** What a set says of itself; sets without say nothing. */
export function aboutOf(text: string): string {
  try {
    const { about } = JSON.parse(text) as { about?: unknown };
    return typeof about === 'string' ? about : '';
  } catch {
    return ''; // no JSON: a set as CSV
  }
}
