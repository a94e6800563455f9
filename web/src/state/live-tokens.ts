/** What the loaded model's tokenizer makes of the texts, while they are typed. */

import type { Token } from '../engine/module';
import type { Engine } from '../engine/engine';
import { messageOf } from '../loading/errors';

export interface TargetCheck {
  text: string;
  problem?: string;
  /** The variant with or without the leading space, where that is one token. */
  repair?: string;
}

export interface LiveTokens {
  clean: Token[];
  corrupted: Token[];
  targets: TargetCheck[];
}

function otherSpacing(text: string): string {
  return text.startsWith(' ') ? text.slice(1) : ` ${text}`;
}

async function checkTarget(engine: Engine, text: string): Promise<TargetCheck> {
  try {
    await engine.resolveTarget(text);
    return { text };
  } catch (error) {
    const problem = messageOf(error);
    const repair = otherSpacing(text);
    const tokens = await engine.tokenize(repair);
    return tokens.length === 1 ? { text, problem, repair } : { text, problem };
  }
}

export async function tokenizeAll(
  engine: Engine,
  texts: { clean: string; corrupted: string; targets: readonly string[] },
): Promise<LiveTokens> {
  const [clean, corrupted, ...targets] = await Promise.all([
    engine.tokenize(texts.clean),
    engine.tokenize(texts.corrupted),
    ...texts.targets.map((target) => checkTarget(engine, target)),
  ]);
  return { clean, corrupted, targets };
}
