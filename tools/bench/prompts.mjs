/** Two prompts of random tokens that differ at one position. */

export const FIRST_DIFFERENCE = 5;
const VOCAB_SIZE = 50_257;

/** seed: another one gives prompts that no run before has seen. */
export function prompts(length, seed) {
  let state = seed;
  const clean = Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647; // Lehmer's generator
    return state % VOCAB_SIZE;
  });
  const corrupted = clean.with(FIRST_DIFFERENCE, (clean[FIRST_DIFFERENCE] + 1) % VOCAB_SIZE);
  return { clean, corrupted, targets: [1, 2, 3, 4] };
}
