/** A saved result's tokens are those that its model's own tokenizer makes of its prompts. */

import type { Token } from '../engine/module';
import type { TargetText } from '../experiment/experiment';
import type { LabResult } from '../result/result';
import type { EngineAccess } from '../worker/engine-access';
import { OpenError } from './json-tree';

type Tokenizer = Pick<EngineAccess, 'tokenize' | 'tokenizePrompt' | 'resolveTarget'>;

const shown = (tokens: readonly Token[]) =>
  tokens.map(({ id, text }) => `${id} ${JSON.stringify(text)}`).join(', ');

async function tokensOf(engine: Tokenizer, target: TargetText): Promise<Token[]> {
  if (typeof target === 'string') return [await engine.resolveTarget(target)];
  return engine.tokenize(typeof target === 'number' ? [target] : target.continuation);
}

/** engine: of the model that the result is of. Rejects with an `OpenError` where they are others. */
export async function requireTokensOf(
  access: Pick<EngineAccess, 'reading'>,
  { experiment, start }: LabResult,
): Promise<void> {
  const { clean, corrupted, corruption, targets } = experiment;
  const engine: Tokenizer = access.reading(experiment);
  const require = async (place: string, tokens: readonly Token[], own: Promise<Token[]>) => {
    const wanted = shown(await own);
    if (wanted === shown(tokens)) return;
    throw new OpenError(
      `experiment, "${place}": ${shown(tokens)}, expected ${wanted}, as this model’s tokenizer has it`,
    );
  };
  const top = [...start.topClean, ...start.topCorrupted];
  const isPrompt = corruption.kind === 'prompt';
  const means = corruption.kind === 'mean' ? corruption.prompts : [];
  await Promise.all([
    require('tokens.clean', start.tokensClean, engine.tokenizePrompt(clean)),
    require('tokens.corrupted', start.tokensCorrupted, engine.tokenizePrompt(
      isPrompt ? corrupted : clean,
    )),
    ...start.tokensMean.map((tokens, index) =>
      require(`tokens.mean[${index}]`, tokens, engine.tokenizePrompt(means[index] ?? '')),
    ),
    require('results.top', top, top.length > 0
      ? engine.tokenize(top.map(({ id }) => id))
      : Promise.resolve([])),
    ...targets.map((target, index) =>
      require(`results.targets[${index}]`, start.targets[index]?.tokens ?? [], tokensOf(
        engine,
        target,
      )),
    ),
  ]);
}
