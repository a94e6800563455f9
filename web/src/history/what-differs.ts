/** What a result is called in the history: what differs from the one before. */

import { settled, withoutInput } from '../experiment/defaults';
import type { Corruption, Experiment } from '../experiment/experiment';
import { metricInfo } from '../result/metrics';
import { regionText } from '../result/region';
import { markInvisible } from '../tokens/invisible';
import { targetLabel } from '../tokens/targets';
import type { Asked } from './entry';

const MOST_PARTS = 3;
const LONGEST_EXCERPT = 24;

const listed = (words: readonly string[]) => words.join(', ');

type Prompt = Experiment['clean'];

const wordsOf = (prompt: Prompt): string[] =>
  typeof prompt === 'string' ? prompt.split(/\s+/) : prompt.map((id) => `#${id}`);

function excerpt(prompt: Prompt): string {
  const text = markInvisible(wordsOf(prompt).join(' '));
  const letters = Array.from(text);
  return `“${letters.length > LONGEST_EXCERPT ? `${letters.slice(0, LONGEST_EXCERPT).join('').trimEnd()}…` : text}”`;
}

/** Punctuation at its ends is the sentence's; of a token's id nothing is. */
const bare = (word: string) =>
  /^#\d+$/.test(word) ? word : word.replace(/^[\p{P}\p{S}]+|[\p{P}\p{S}]+$/gu, '') || word;

/** The words of two prompts that differ, where all others stand in the same places. */
function differingWords(one: Prompt, other: Prompt): [string, string] | undefined {
  const [a, b] = [wordsOf(one), wordsOf(other)];
  if (a.length !== b.length) return undefined;
  const at = a.flatMap((word, index) => (word === b[index] ? [] : [index]));
  if (at.length === 0 || at.length > 2) return undefined;
  const of = (words: readonly string[]) => at.map((index) => bare(words[index] ?? '')).join(' ');
  return [of(a), of(b)];
}

/** "Jones / Smith", or how the prompts begin. */
function promptsTitle({ clean, corrupted, corruption }: Experiment): string {
  const words = corruption.kind === 'prompt' ? differingWords(clean, corrupted) : undefined;
  return words ? words.join(' / ') : excerpt(clean);
}

type NoPrompt = Exclude<Corruption, { kind: 'prompt' }>;

function corruptionTitle(corruption: NoPrompt): string {
  switch (corruption.kind) {
    case 'noise':
      return 'noise';
    case 'zero':
      return 'zeros';
    case 'mean':
      return `mean of ${corruption.prompts.length}`;
  }
}

type Noise = Extract<Corruption, { kind: 'noise' }>;

function noiseChanges(before: Noise, after: Noise): string[] {
  return [
    ...(listed(before.positions.map(String)) === listed(after.positions.map(String))
      ? []
      : [`noise at ${listed(after.positions.map(String))}`]),
    ...(before.multiple === after.multiple ? [] : [`noise × ${after.multiple}`]),
    ...(before.samples === after.samples ? [] : [`${after.samples} samples`]),
    ...(before.seed === after.seed ? [] : [`seed ${after.seed}`]),
  ];
}

function corruptionChanges(before: Corruption, after: Corruption): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (before.kind === 'noise' && after.kind === 'noise') return noiseChanges(before, after);
  if (after.kind === 'prompt') return []; // the words of the two say it
  return [corruptionTitle(after)];
}

const regionTitle = (region: Experiment['region']) => (region ? regionText(region) : 'everywhere');

const directionsTitle = ({ directions }: Experiment) =>
  directions.length > 1 ? 'both directions' : listed(directions);

const sitesTitle = ({ sites }: Experiment) =>
  sites.length > MOST_PARTS ? `${sites.length} sites` : listed(sites);

/** Whether the two prompts, or how they are made, are others. */
function areOtherPrompts(before: Experiment, after: Experiment): boolean {
  const isOther = (key: 'clean' | 'corrupted') =>
    JSON.stringify(before[key]) !== JSON.stringify(after[key]);
  if (after.corruption.kind !== 'prompt') return isOther('clean');
  return before.corruption.kind !== 'prompt' || isOther('clean') || isOther('corrupted');
}

function experimentChanges(before: Experiment, after: Experiment): string[] {
  const isOther = (key: keyof Experiment) =>
    JSON.stringify(before[key]) !== JSON.stringify(after[key]);
  const arePrompts = areOtherPrompts(before, after);
  return [
    ...corruptionChanges(before.corruption, after.corruption),
    ...(isOther('bos') ? [after.bos ? 'with bos' : 'without bos'] : []),
    ...(isOther('special_tokens')
      ? [after.special_tokens === false ? 'special tokens as text' : 'special tokens']
      : []),
    ...(isOther('sites') || isOther('layers_of_sites') ? [sitesTitle(after)] : []),
    ...(isOther('by_position') ? [after.by_position ? 'by position' : 'whole heads'] : []),
    ...(isOther('directions') ? [directionsTitle(after)] : []),
    ...(isOther('window') ? [`window ${after.window}`] : []),
    ...(isOther('span') ? [`span ${after.span}`] : []),
    ...(isOther('region') ? [regionTitle(after.region)] : []),
    // Of other prompts they follow the answers, and the words say it already.
    ...(!arePrompts && isOther('targets') ? [listed(after.targets.map(targetLabel))] : []),
  ];
}

function modelChanges(before: Asked['model'], after: Asked['model']): string[] {
  const { id, label, dtype, digest } = after;
  if (before.id !== id) return [label];
  if (before.dtype !== dtype) return [dtype];
  return before.digest === digest ? [] : [`${label}, other weights`];
}

/** As a person set it: the page adds a row of its own. */
const asSet = ({ experiment }: Asked) => settled(withoutInput(experiment));

/** Of what is measured. */
function choiceChanges(before: Asked['choice'], after: Asked['choice']): string[] {
  if (before.metric === after.metric) return [];
  return [after.metric ? metricInfo(after.metric).label : 'the usual metric'];
}

/** before: of the result before, where there was one. Its prompts, and before them what else differs. */
export function whatDiffers(before: Asked | undefined, after: Asked): string {
  const experiment = asSet(after);
  if (!before) return promptsTitle(experiment);
  const changes = [
    ...modelChanges(before.model, after.model),
    ...experimentChanges(asSet(before), experiment),
    ...choiceChanges(before.choice, after.choice),
  ];
  if (changes.length === 0) return promptsTitle(experiment);
  const more = changes.length > MOST_PARTS ? ', …' : '';
  // The difference first: what does not fit in is cut off at the end.
  return `${listed(changes.slice(0, MOST_PARTS))}${more}: ${promptsTitle(experiment)}`;
}

/** Where a prompt is another one, from there on; nothing where it is the same. */
function promptChange(before: Prompt, after: Prompt): string[] {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  const at = b.findIndex((word, index) => word !== a[index]);
  if (at < 0 && a.length === b.length) return [];
  // A word before it, and so many that one sees where it is.
  const from = b.slice(Math.max(0, (at < 0 ? b.length : at) - 1)).join(' ');
  return [excerpt(from)];
}

/** What tells a result from another one of the same name. */
function apart(other: Asked, one: Asked): string[] {
  const [before, after] = [asSet(other), asSet(one)];
  const prompts =
    after.corruption.kind === 'prompt' ? (['clean', 'corrupted'] as const) : (['clean'] as const);
  const [words] = prompts.flatMap((key) => promptChange(before[key], after[key]));
  return [
    ...modelChanges(other.model, one.model),
    ...(words === undefined ? [] : [words]),
    ...experimentChanges(before, after),
    ...choiceChanges(other.choice, one.choice),
  ];
}

type Named = Asked & { title: string; time: number };

/** [entry]: what tells it from the others of its name; what would be said of each of them tells nothing. */
function partsApart(same: readonly Named[]): string[][] {
  const parts = same.map((entry) => [
    ...new Set(same.flatMap((other) => (other === entry ? [] : apart(other, entry)))),
  ]);
  return parts.map((own) => own.filter((part) => !parts.every((others) => others.includes(part))));
}

/** [entry], in any order: its title; where several have the same, what tells them apart goes before it. */
export function distinctNames(entries: readonly Named[]): string[] {
  const names = entries.map((entry) => {
    const same = entries.filter(({ title }) => title === entry.title);
    const parts = (partsApart(same)[same.indexOf(entry)] ?? []).slice(0, MOST_PARTS);
    return parts.length === 0 ? entry.title : `${listed(parts)}: ${entry.title}`;
  });
  // What differs in what no name says, as in the prompts of a mean, is counted, the oldest first.
  return names.map((name, index) => {
    const alike = entries.filter((_, other) => names[other] === name);
    const older = alike.filter(({ time }) => time < (entries[index]?.time ?? 0));
    return alike.length === 1 ? name : `${older.length + 1}: ${name}`;
  });
}
