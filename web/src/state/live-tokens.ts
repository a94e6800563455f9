/** What the loaded model's tokenizer makes of the texts, while they are typed. */

import type { Prompt, PromptNote, Repairs, Token } from '../engine/module';
import { messageOf } from '../errors/errors';
import type { Experiment, TargetText } from '../experiment/experiment';
import { targetLabel } from '../tokens/targets';
import { idIn, IDS_EXPECTED } from '../tokens/typed-ids';
import type { EngineAccess } from '../worker/engine-access';

export interface TargetCheck {
  target: TargetText;
  problem?: string;
  /** The variant with or without the leading space, where that is one token. */
  repair?: string;
  /** Whether it is several tokens, which could be measured together. */
  isSeveral?: boolean;
}

export interface LiveTokens {
  clean: Token[];
  corrupted: Token[];
  targets: TargetCheck[];
  /** Where the lengths differ. */
  repairs: Repairs | undefined;
  /** [prompt of the mean], how many tokens. */
  meanLengths: number[];
  /** What is likely to be meant otherwise. */
  notes: PromptNote[];
}

export const NO_TOKENS: LiveTokens = {
  clean: [],
  corrupted: [],
  targets: [],
  repairs: undefined,
  meanLengths: [],
  notes: [],
};

/** Positions do not line up then. */
export function areUneven(
  { clean, corrupted }: Pick<LiveTokens, 'clean' | 'corrupted'>,
  { corruption }: Pick<Experiment, 'corruption'>,
): boolean {
  const both = [clean.length, corrupted.length];
  return corruption.kind === 'prompt' && !both.includes(0) && clean.length !== corrupted.length;
}

/** Nothing could be seen of a patch then. */
export function areSame(
  { clean, corrupted }: Pick<LiveTokens, 'clean' | 'corrupted'>,
  { corruption }: Pick<Experiment, 'corruption'>,
): boolean {
  const isSame = (token: Token, at: number) => token.id === corrupted[at]?.id;
  const areAsLong = clean.length > 0 && clean.length === corrupted.length;
  return corruption.kind === 'prompt' && areAsLong && clean.every(isSame);
}

/** Whether it is known of the texts alone that they cannot be run, which is said beside them. */
export function saysWhyNot(
  tokens: LiveTokens,
  experiment: Pick<Experiment, 'corruption'>,
): boolean {
  const isUnfit = (length: number) => length > 0 && length !== tokens.clean.length;
  return (
    areUneven(tokens, experiment) ||
    areSame(tokens, experiment) ||
    tokens.targets.some(({ problem }) => problem !== undefined) ||
    tokens.meanLengths.some(isUnfit)
  );
}

function otherSpacing(text: string): string {
  return text.startsWith(' ') ? text.slice(1) : ` ${text}`;
}

async function checkTarget(engine: EngineAccess, target: TargetText): Promise<TargetCheck> {
  if (typeof target === 'number') return { target };
  if (!engine.hasTokenizer) {
    return { target, problem: `“${targetLabel(target)}” is a text: ${IDS_EXPECTED}` };
  }
  if (typeof target !== 'string') {
    const isEmpty = target.continuation === '';
    return isEmpty ? { target, problem: 'a continuation needs some text' } : { target };
  }
  try {
    await engine.resolveTarget(target);
    return { target };
  } catch (error) {
    const repair = otherSpacing(target);
    const [own, other] = await Promise.all([engine.tokenize(target), engine.tokenize(repair)]);
    const check = { target, problem: messageOf(error), isSeveral: own.length > 1 };
    return other.length === 1 ? { ...check, repair } : check;
  }
}

/** The single token that a text is, with a space before it where the token it replaces has one. */
export async function replacementToken(
  engine: EngineAccess,
  typed: string,
  replaced: Token,
): Promise<Token> {
  if (!engine.hasTokenizer) {
    const [token] = await engine.tokenize([idIn(typed)]);
    if (token) return token;
  }
  const wantsSpace = replaced.text.startsWith(' ') && !typed.startsWith(' ');
  return engine.resolveTarget(wantsSpace ? ` ${typed}` : typed);
}

async function findRepairs(engine: EngineAccess, { clean, corrupted }: Experiment) {
  if (typeof clean !== 'string' || typeof corrupted !== 'string') return undefined;
  const { differences, repairs } = await engine.repairs(clean, corrupted);
  // Words that line up are told apart by their colour.
  const uneven = differences.filter(
    (words) => words.clean.tokens.length !== words.corrupted.tokens.length,
  );
  return { differences: uneven, repairs };
}

export async function tokenizeAll(
  access: EngineAccess,
  experiment: Experiment,
): Promise<LiveTokens> {
  const { corruption } = experiment;
  const engine = access.reading(experiment);
  const isPrompt = corruption.kind === 'prompt';
  // Texts that nothing splits are none, and why is told where they cannot be run.
  const tokenize = (prompt: Prompt): Promise<Token[]> =>
    engine.hasTokenizer || typeof prompt !== 'string'
      ? engine.tokenizePrompt(prompt)
      : Promise.resolve([]);
  const clean = await tokenize(experiment.clean);
  const [corrupted, targets, notes, means] = await Promise.all([
    isPrompt ? tokenize(experiment.corrupted) : clean,
    Promise.all(experiment.targets.map((target) => checkTarget(engine, target))),
    engine.hasTokenizer ? engine.notes(experiment) : Promise.resolve([]),
    Promise.all(
      (corruption.kind === 'mean' ? corruption.prompts : []).map((text) => tokenize(text)),
    ),
  ]);
  const differ = clean.length !== corrupted.length && clean.length > 0 && corrupted.length > 0;
  return {
    clean,
    corrupted,
    targets,
    repairs: differ ? await findRepairs(engine, experiment) : undefined,
    meanLengths: means.map((tokens) => tokens.length),
    notes,
  };
}
