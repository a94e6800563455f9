/** A saved result's tokens are its own experiment's: of a prompt or a target that was changed since, they are not. */

import type { Prediction, Target, Token } from '../engine/module';
import type { Experiment, TargetText } from '../experiment/experiment';
import { tokensBefore } from '../experiment/prompt-options';
import { bytesOf } from '../tokens/token-bytes';
import type { InputValue } from './input-value';

const isAt = (bytes: Uint8Array, part: Uint8Array, first: number) =>
  part.every((byte, index) => bytes[first + index] === byte);

/** Whether the tokens, one after the other, are the text. */
function spell(tokens: readonly Token[], text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  for (const token of tokens) {
    const asText = new TextEncoder().encode(token.text);
    const part = isAt(bytes, asText, at) ? asText : bytesOf(token.text);
    if (!isAt(bytes, part, at)) return false;
    at += part.length;
  }
  return at === bytes.length;
}

const joined = (tokens: readonly Token[]) => tokens.map(({ text }) => text).join('');

/** all: with the token before it, where the experiment has one. */
function requirePrompt(
  value: InputValue,
  all: readonly Token[],
  experiment: Experiment,
  prompt: Experiment['clean'],
  key: string,
): void {
  const before = tokensBefore(experiment);
  if (all.length < before)
    value.fail('no token, expected the one before every prompt, as "bos" says');
  const tokens = all.slice(before);
  if (typeof prompt === 'string') {
    if (spell(tokens, prompt)) return;
    value.fail(
      `together they are ${JSON.stringify(joined(tokens))}, expected what "${key}" is, ${JSON.stringify(prompt)}: ` +
        'one of the two was changed since, and the numbers are of one of them alone',
    );
  }
  if (tokens.map(({ id }) => id).join() !== prompt.join()) {
    value.fail(`other token ids than "${key}" has`);
  }
}

function isOfTarget({ text, tokens }: Target, target: TargetText): boolean {
  if (joined(tokens) !== text) return false;
  if (typeof target === 'number') return tokens.length === 1 && tokens[0]?.id === target;
  const isOne = typeof target === 'string';
  const wanted = isOne ? target : target.continuation;
  return (!isOne || tokens.length === 1) && spell(tokens, wanted);
}

/** mean: [prompt]; none in a result that is older. */
export function requireOwnPrompts(
  value: InputValue,
  { clean, corrupted, mean }: { clean: Token[]; corrupted: Token[]; mean: Token[][] | undefined },
  experiment: Experiment,
): void {
  const { corruption } = experiment;
  requirePrompt(value.at('clean'), clean, experiment, experiment.clean, 'clean');
  const isPrompt = corruption.kind === 'prompt';
  const [other, key] = isPrompt ? [experiment.corrupted, 'corrupted'] : [experiment.clean, 'clean'];
  requirePrompt(value.at('corrupted'), corrupted, experiment, other, key);
  const all = [corrupted, ...(mean ?? [])];
  const uneven = all.find((tokens) => tokens.length !== clean.length);
  if (uneven) {
    value.fail(
      `a prompt has ${uneven.length} tokens, expected ${clean.length}, as many as "clean"`,
    );
  }
  if (!mean) return;
  const prompts = corruption.kind === 'mean' ? corruption.prompts : [];
  if (mean.length !== prompts.length) {
    value
      .at('mean')
      .fail(`${mean.length} prompts, expected ${prompts.length}, as many as "corruption" has`);
  }
  mean.forEach((tokens, index) => {
    const key = `corruption.prompts[${index}]`;
    requirePrompt(value.at('mean'), tokens, experiment, prompts[index] ?? '', key);
  });
}

export function requireOwnTargets(
  value: InputValue,
  targets: readonly Target[],
  wanted: readonly TargetText[],
): void {
  if (targets.length !== wanted.length) {
    value.fail(`${targets.length}, expected ${wanted.length}, as many as "targets" has`);
  }
  targets.forEach((target, index) => {
    const own = wanted[index];
    if (own === undefined || isOfTarget(target, own)) return;
    value.fail(
      `of ${JSON.stringify(target.text)}, with the tokens ${JSON.stringify(target.tokens)}, expected those of ` +
        `"targets[${index}]", ${JSON.stringify(own)}`,
    );
  });
}

/** The same id is the same text, wherever it stands. */
export function requireOneText(value: InputValue, tokens: readonly (Token | Prediction)[]): void {
  const texts = new Map<number, string>();
  for (const { id, text } of tokens) {
    const before = texts.get(id);
    if (before !== undefined && before !== text) {
      value.fail(
        `token ${id} is ${JSON.stringify(before)} in one place and ${JSON.stringify(text)} in another`,
      );
    }
    texts.set(id, text);
  }
}
