/** Pairs of prompts: of random tokens, and two of the page's presets. */

export const FIRST_DIFFERENCE = 5;
const VOCAB_SIZE = 50_257;

/** Two that differ at one position. seed: another one gives prompts that no run before has seen. */
export function prompts(length, seed) {
  let state = seed;
  const clean = Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647; // Lehmer's generator
    return state % VOCAB_SIZE;
  });
  const corrupted = clean.with(FIRST_DIFFERENCE, (clean[FIRST_DIFFERENCE] + 1) % VOCAB_SIZE);
  return { clean, corrupted, targets: [1, 2, 3, 4] };
}

const comparison = (count) =>
  `Cristiano Ronaldo has won ${count} Champions League titles. Lionel Messi has won four Champions ` +
  'League titles. The player who has won the most Champions League titles is';

export const SURNAME = {
  clean: 'Michelle Jones was a top-notch student. Michelle',
  corrupted: 'Michelle Smith was a top-notch student. Michelle',
  targets: [' Jones', ' Smith'],
};
export const COMPARISON = {
  clean: comparison('five'),
  corrupted: comparison('two'),
  targets: [' Crist', ' Ronaldo', ' Lionel', ' Messi'],
};
