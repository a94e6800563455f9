/** Splits as GPT-2 does, into words with the space before them; of a vocabulary, the rest in twos. */

import type { Token } from '../../web/src/engine/module';

export class FakeTokenizer {
  /** Every text that was asked. */
  readonly asked: string[] = [];
  private readonly ids = new Map<string, number>();

  /** whole: words that are one token, with or without a space. */
  constructor(private readonly whole: readonly string[]) {}

  tokenize = (text: string): Promise<Token[]> => {
    this.asked.push(text);
    const words = text.match(/ ?\p{L}+| ?\p{N}+|\s| ?[^\s\p{L}\p{N}]+/gu) ?? [];
    const parts = words.flatMap((word) =>
      this.whole.includes(word.trim()) ? [word] : (word.match(/ ?.{1,2}/gsu) ?? []),
    );
    return Promise.resolve(parts.map((part) => this.token(part)));
  };

  resolveTarget = async (text: string): Promise<Token> => {
    const [token, ...more] = await this.tokenize(text);
    if (!token || more.length > 0) throw new Error(`${text} is not one token`);
    return token;
  };

  private token(text: string): Token {
    const id = this.ids.get(text) ?? this.ids.size;
    this.ids.set(text, id);
    return { id, text };
  }
}
