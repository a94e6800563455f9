/** The experiments of the report that the project grew from. */

export interface Preset {
  id: string;
  title: string;
  clean: string;
  corrupted: string;
  targets: string[];
  /** Two sentences: what to look for. */
  look: string;
}

const QUESTION = ' The player who has won the most Champions League titles is';
const PLAYERS = [' Crist', ' Ronaldo', ' Lionel', ' Messi'];

const ronaldo = (count: string) => `Cristiano Ronaldo has won ${count} Champions League titles.`;
const messi = (count: string) => `Lionel Messi has won ${count} Champions League titles.`;

export const basicExample: Preset = {
  id: 'basic',
  title: 'Basic example: a surname',
  clean: 'Michelle Jones was a top-notch student. Michelle',
  corrupted: 'Michelle Smith was a top-notch student. Michelle',
  targets: [' Jones', ' Smith'],
  look:
    'In the early layers the surname itself is what brings “Jones” back; in the late layers it is the ' +
    'last word. Find the layer where the information moves from one to the other.',
};

export const presets: readonly Preset[] = [
  basicExample,
  {
    id: 'comparison',
    title: 'Mathematical comparison',
    clean: `${ronaldo('five')} ${messi('four')}${QUESTION}`,
    corrupted: `${ronaldo('two')} ${messi('four')}${QUESTION}`,
    targets: PLAYERS,
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
    look:
      'The same facts with Messi first: in GPT-2 the answer follows the order and not the numbers. ' +
      'See whether the same places matter as before.',
  },
];
