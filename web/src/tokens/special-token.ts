/** Tokens that are no text: `<|endoftext|>`, and others that somebody added to a vocabulary. */

/**
 * GPT-2's tokenizer splits a text between letters or digits and all other signs before it looks for tokens, but for
 * the space before a word and an apostrophe. So a token with a name between signs was added: `[PAD]`, `<s>`.
 */
export function isSpecialToken(text: string): boolean {
  const whole = text.trim();
  return /^[^\s\\\p{L}\p{N}].*[^\s\\\p{L}\p{N}]$/su.test(whole) && /[\p{L}\p{N}]/u.test(whole);
}

/** "‹endoftext›": as no text is written, and short. */
export const specialName = (text: string): string =>
  `‹${text.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')}›`;
