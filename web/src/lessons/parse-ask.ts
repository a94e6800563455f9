/** What a step asks, and what it says once that is answered. */

import type { InputValue } from '../opening/input-value';
import { type Ask, type ChoiceRule, GUESSES, type MapAsk, type Reveal, type Step } from './lesson';
import { readAbove, readRule } from './parse-rule';

const MOVES_KEYS = ['then', 'otherwise'];

/** A choice by its text. */
function readChoice(value: InputValue, choices: readonly string[]): number {
  return choices.indexOf(value.oneOf(choices));
}

function readChoiceRule(value: InputValue, choices: readonly string[]): ChoiceRule {
  if (value.kind === 'text') return { kind: 'is', choice: readChoice(value, choices) };
  const says = value.kind === 'object' ? value.find('says') : undefined;
  if (says) {
    value.requireKeys(['says']);
    return { kind: 'says', run: says.oneOf(['clean', 'corrupted']) };
  }
  if (value.kind !== 'object' || !value.find('find')) {
    value.refuse('one of the choices, {"says": "clean"} or "corrupted", or {"find": …}');
  }
  const rule = readRule(value, MOVES_KEYS);
  if (rule.find !== 'strongest') value.at('find').refuse('strongest, in a question with choices');
  return {
    kind: 'moves',
    rule,
    above: readAbove(value.at('above')),
    then: readChoice(value.at('then'), choices),
    otherwise: readChoice(value.at('otherwise'), choices),
  };
}

function readMapAsk(ask: InputValue, guess: MapAsk['guess']): MapAsk {
  ask.requireKeys(['guess', 'question', 'answer']);
  const value = ask.at('answer');
  if (value.kind !== 'object') {
    value.refuse('{"find": …}: a guess on the map is compared with the result itself');
  }
  const answer = readRule(value);
  if (guess !== 'layer' && answer.find !== 'strongest') {
    value.at('find').refuse(`strongest, where a ${guess} is guessed`);
  }
  if (guess === 'layer' && answer.rows === 'input') {
    value.at('rows').refuse('layers or all, where a layer is guessed');
  }
  return { guess, question: readQuestion(ask), answer };
}

function readQuestion(ask: InputValue): string {
  const value = ask.at('question');
  const text = value.text();
  return text.trim() === '' ? value.refuse('a question') : text;
}

export function readAsk(ask: InputValue | undefined): Ask | undefined {
  if (!ask) return undefined;
  const guess = ask.at('guess').oneOf(GUESSES);
  if (guess !== 'choice') return readMapAsk(ask, guess);
  ask.requireKeys(['guess', 'question', 'choices', 'answer']);
  const list = ask.at('choices');
  const choices = list.list(2, 'choices').map((choice) => choice.text());
  if (new Set(choices).size < choices.length) list.refuse('each choice once');
  const answer = readChoiceRule(ask.at('answer'), choices);
  return { guess, question: readQuestion(ask), choices, answer };
}

/** ask: what was read of the same step. */
export function readReveal(step: InputValue, ask: Ask | undefined): Step['reveal'] {
  const value = step.find('reveal');
  if (!value) {
    return ask && step.fail('has an "ask" and no "reveal", which says what is true');
  }
  if (!ask) value.fail('says what is true of an "ask", and there is none');
  if (value.kind === 'text') return { always: value.text() };
  value.requireKeys(['right', 'near', 'wrong', 'always']);
  const reveal: Reveal = { always: value.at('always').text() };
  for (const verdict of ['right', 'near', 'wrong'] as const) {
    const text = value.find(verdict)?.text();
    if (text !== undefined) reveal[verdict] = text;
  }
  return reveal;
}
