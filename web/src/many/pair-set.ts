/** Sets of prompt pairs: reading them, and those that come with the page. */

export interface PromptPair {
  name: string;
  clean: string;
  corrupted: string;
  /** Empty where the set's own targets, or the page's, are meant. */
  targets: string[];
}

export interface ReadPairs {
  pairs: PromptPair[];
  /** "row 3: …" */
  problems: string[];
}

/** What `Session.readPairs` gives. */
export function parsePairs(json: string): ReadPairs {
  const { pairs, problems = [] } = JSON.parse(json) as Partial<ReadPairs>;
  if (!Array.isArray(pairs)) throw new Error('the engine gave no pairs');
  return {
    pairs: pairs.map(({ name, clean, corrupted, targets }, index) => ({
      name: name || `pair ${index + 1}`,
      clean,
      corrupted,
      targets: Array.isArray(targets) ? targets : [],
    })),
    problems,
  };
}

/** Why a pair cannot be part of the mean; undefined where it can. Lengths are in tokens. */
export function whyLeftOut(
  { clean, corrupted }: { clean: number; corrupted: number },
  targets: number,
  first: { length: number; targets: number } | undefined,
): string | undefined {
  if (clean !== corrupted) {
    return `the clean prompt has ${clean} tokens and the corrupted one ${corrupted}`;
  }
  if (targets === 0) return 'there is no target';
  if (!first) return undefined;
  if (clean !== first.length) return `it has ${clean} tokens, and the first pair ${first.length}`;
  if (targets !== first.targets) {
    return `it has ${targets} targets, and the first pair ${first.targets}`;
  }
  return undefined;
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
