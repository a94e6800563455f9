/** Words in braces that a lesson's texts take from the live result, so that they are true of any model. */

/** Of the two runs; the target is what is measured, the rival what the logit difference sets against it. */
export const OF_RUNS = [
  'target',
  'target_clean',
  'target_corrupted',
  'rival',
  'rival_clean',
  'rival_corrupted',
  'clean_answer',
  'corrupted_answer',
  'clean_prob',
  'corrupted_prob',
  'clean_word',
  'corrupted_word',
  'layers',
  'last_layer',
  'model',
] as const;

/** Of the cell that is found, and of the one that was guessed. */
export const OF_CELL = ['word', 'layer', 'head', 'share'] as const;
export const OF_GUESS = ['guess_word', 'guess_layer', 'guess_head', 'guess_share'] as const;

/** Of a question with choices. */
export const OF_CHOICE = ['choice', 'guess_choice'] as const;

export type Placeholder =
  | (typeof OF_RUNS)[number]
  | (typeof OF_CELL)[number]
  | (typeof OF_GUESS)[number]
  | (typeof OF_CHOICE)[number];

export type Facts = Partial<Record<Placeholder, string>>;

const PART = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g;

/** What a text asks for, as it is written; a brace that stands alone is one, too. */
export function placeholdersOf(text: string): string[] {
  return [...text.matchAll(PART)].flatMap(([part, name]) =>
    part === '{{' || part === '}}' ? [] : [name ?? part],
  );
}

/** What is not known (yet) is an ellipsis. */
export function filled(text: string, facts: Facts): string {
  return text.replaceAll(PART, (part: string, name: string | undefined) => {
    if (name === undefined) return part.charAt(0);
    return facts[name as Placeholder] ?? '…';
  });
}
