// GPT-2's vocab.json and merges.txt, recovered from the ranks that npm's tiktoken carries.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const latin1 = (bytes) => Buffer.from(bytes).toString('latin1');

/** Token bytes (as a latin1 string) to id, from lines of "! first base64 base64 …". */
function readRanks(text) {
  const ranks = new Map();
  for (const line of text.split('\n').filter(Boolean)) {
    const [, first, ...tokens] = line.split(' ');
    tokens.forEach((token, i) =>
      ranks.set(latin1(Buffer.from(token, 'base64')), Number(first) + i),
    );
  }
  return ranks;
}

/** The published files' character for each byte. */
function byteAlphabet() {
  const printable = (b) => (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
  let next = 0x100;
  return Array.from({ length: 256 }, (_, b) => String.fromCodePoint(printable(b) ? b : next++));
}

/** The two symbols that a token was merged from: what merging stops at with lower ranks only. */
function mergeOf(token, ranks) {
  const limit = ranks.get(token);
  let parts = [...token];
  while (parts.length > 2) {
    let best = -1;
    let bestRank = limit;
    for (let i = 0; i + 1 < parts.length; i++) {
      const rank = ranks.get(parts[i] + parts[i + 1]);
      if (rank !== undefined && rank < bestRank) [best, bestRank] = [i, rank];
    }
    if (best < 0) throw new Error(`no merge gives ${JSON.stringify(token)}`);
    parts = parts.toSpliced(best, 2, parts[best] + parts[best + 1]);
  }
  return parts;
}

/** {vocab, merges}: the texts of vocab.json and merges.txt. */
export function gpt2Files() {
  const { bpe_ranks, special_tokens } = JSON.parse(
    readFileSync(require.resolve('tiktoken/encoders/gpt2.json'), 'utf8'),
  );
  const ranks = readRanks(bpe_ranks);
  const alphabet = byteAlphabet();
  const symbol = (token) => [...token].map((c) => alphabet[c.charCodeAt(0)]).join('');
  const vocab = { ...special_tokens };
  const merges = ['#version: 0.2'];
  for (const token of ranks.keys()) {
    vocab[symbol(token)] = ranks.get(token);
    if (token.length > 1) merges.push(mergeOf(token, ranks).map(symbol).join(' '));
  }
  return { vocab: JSON.stringify(vocab), merges: merges.join('\n') + '\n' };
}
