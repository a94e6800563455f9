/** What is measured until somebody pins targets: what each run answers. */

import type { Prediction, Prompt, Token } from '../engine/module';
import type { Experiment, TargetText } from '../experiment/experiment';
import { targetKey } from './targets';

/** Of each run's next token, the likeliest first. */
export interface Answers {
  clean: readonly Prediction[];
  /** None where the corruption is no prompt: what the run says is known once it was run. */
  corrupted: readonly Prediction[];
}

/** So many that the token to contrast with is among them. */
const LOOKED_AT = 10;

interface Asked {
  predict: (prompt: Prompt, count: number) => Promise<Prediction[]>;
  resolveTarget: (text: string) => Promise<Token>;
}

/**
 * The clean run's likeliest token, and the corrupted run's. Where both answer the same, the second is what the
 * corruption makes likelier, as far as it is among the corrupted run's likeliest: the next likeliest may be a token
 * that no change of the prompt touches, and against such a one the map would only show the first target's own logit.
 */
export function contrastOf({ clean, corrupted }: Answers): Prediction[] {
  const [first, second] = clean;
  if (!first) return [];
  const others = corrupted.filter(({ id }) => id !== first.id);
  if (corrupted[0] && corrupted[0].id !== first.id) return [first, corrupted[0]];
  // Of a token that is not listed it is known that it has no more than the last one that is.
  const least = clean.at(-1)?.prob ?? 0;
  const before = ({ id, prob }: Prediction) =>
    clean.find((other) => other.id === id)?.prob ?? Math.min(least, prob);
  const gain = (token: Prediction) => token.prob - before(token);
  const gained = others.filter((token) => gain(token) > 0).sort((a, b) => gain(b) - gain(a));
  const contrast = gained[0] ?? others[0] ?? second;
  return contrast ? [first, contrast] : [first];
}

/** As a text, where that is this very token: a part of a character is none. */
export async function targetOf(
  asked: Pick<Asked, 'resolveTarget'>,
  { id, text }: Token,
): Promise<TargetText> {
  try {
    return (await asked.resolveTarget(text)).id === id ? text : id;
  } catch {
    return id; // no single token, so only the id says which is meant
  }
}

/** Those that are not this token, however they name it. */
export async function othersThan(
  asked: Pick<Asked, 'resolveTarget'>,
  { id }: Pick<Token, 'id'>,
  targets: readonly TargetText[],
): Promise<TargetText[]> {
  const isOther = async (target: TargetText) => {
    if (typeof target !== 'string') return target !== id;
    try {
      return (await asked.resolveTarget(target)).id !== id;
    } catch {
      return true; // no token of this model, which is said where it is listed
    }
  };
  const areOthers = await Promise.all(targets.map(isOther));
  return targets.filter((_, index) => areOthers[index]);
}

/** The targets that go with what both runs answer; the same array where they are the same. */
export async function answeredTargets(
  asked: Pick<Asked, 'resolveTarget'>,
  answers: Answers,
  targets: TargetText[],
): Promise<TargetText[]> {
  const followed = await Promise.all(contrastOf(answers).map((token) => targetOf(asked, token)));
  const isSame = followed.map(targetKey).join() === targets.map(targetKey).join();
  return isSame ? targets : followed;
}

/** The targets of an experiment whose targets nobody pinned, and that may not be ones of this model. */
export async function followedTargets(
  asked: Asked,
  { clean, corrupted, corruption, targets }: Experiment,
): Promise<TargetText[]> {
  const [ofClean, ofCorrupted] = await Promise.all([
    asked.predict(clean, LOOKED_AT),
    corruption.kind === 'prompt' ? asked.predict(corrupted, LOOKED_AT) : [],
  ]);
  return answeredTargets(asked, { clean: ofClean, corrupted: ofCorrupted }, targets);
}
