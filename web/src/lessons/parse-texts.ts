/** Which words in braces the texts of a step may have: a text that comes too early would be empty. */

import type { InputValue } from '../opening/input-value';
import type { Step } from './lesson';
import { OF_CELL, OF_CHOICE, OF_GUESS, OF_RUNS, placeholdersOf } from './placeholders';

function require(value: InputValue | undefined, known: readonly string[]): void {
  if (value?.kind === 'list') {
    for (const item of value.list(0, '')) require(item, known);
  } else if (value?.kind === 'object') {
    for (const key of ['right', 'near', 'wrong', 'always']) require(value.find(key), known);
  } else if (value) {
    const unknown = placeholdersOf(value.text()).find((name) => !known.includes(name));
    if (unknown !== undefined) {
      const written = /^[{}]$/.test(unknown) ? unknown : `{${unknown}}`;
      value.fail(
        `has "${written}", which is not known there; expected ${known.map((name) => `{${name}}`).join(', ')}, ` +
          'or {{ and }} for braces',
      );
    }
  }
}

/** found: what was read of the step. */
export function requirePlaceholders(step: InputValue, { ask, show }: Step): void {
  // A cell that a step shows is kept back only where one on the map is guessed.
  const isShown = typeof show.cell === 'object' && (!ask || ask.guess === 'choice');
  const inSay = [...OF_RUNS, ...(isShown ? OF_CELL : [])];
  const inReveal =
    ask?.guess === 'choice'
      ? [...inSay, ...OF_CHOICE, ...(ask.answer.kind === 'moves' ? OF_CELL : [])]
      : [...OF_RUNS, ...OF_CELL, ...OF_GUESS];
  require(step.find('title'), OF_RUNS);
  require(step.find('say'), inSay);
  require(step.find('ask')?.find('question'), inSay);
  require(step.find('ask')?.find('choices'), OF_RUNS);
  require(step.find('reveal'), inReveal);
}
