/** The experiments of the report that the project grew from. */

import { basicExample, type Preset } from './basic-example';

const QUESTION = ' The player who has won the most Champions League titles is';
// The first two are contrasted: one player against the other, not his two names.
const PLAYERS = [' Crist', ' Lionel', ' Ronaldo', ' Messi'];

const ronaldo = (count: string) => `Cristiano Ronaldo has won ${count} Champions League titles.`;
const messi = (count: string) => `Lionel Messi has won ${count} Champions League titles.`;

export const presets: readonly Preset[] = [
  basicExample,
  {
    id: 'comparison',
    title: 'Mathematical comparison',
    clean: `${ronaldo('five')} ${messi('four')}${QUESTION}`,
    corrupted: `${ronaldo('two')} ${messi('four')}${QUESTION}`,
    targets: PLAYERS,
    followsTargets: false,
    look:
      'Only one number differs, so a model that compares must carry it from there to the last word. ' +
      'GPT-2 names the first player either way, as the report found; the small practice model can ' +
      'compare, and shows the path.',
  },
  {
    id: 'comparison-swapped',
    title: 'Comparison, sentences swapped',
    clean: `${messi('four')} ${ronaldo('five')}${QUESTION}`,
    corrupted: `${messi('four')} ${ronaldo('two')}${QUESTION}`,
    targets: PLAYERS,
    followsTargets: false,
    look:
      'The same facts with Messi first: in GPT-2 the answer follows the order and not the numbers. ' +
      'See whether the same places matter as before.',
  },
];
