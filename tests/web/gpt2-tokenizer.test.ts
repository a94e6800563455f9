/** GPT-2's own tokenizer, as it comes with page and command. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

const merges = readFileSync(
  new URL('../../tools/gpt2-tokenizer/merges.txt', import.meta.url),
  'utf8',
);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** As Python's json.dumps writes it. */
function pythonJson(vocabulary: Record<string, number>): string {
  const entries = Object.entries(vocabulary).sort(([, a], [, b]) => a - b);
  const text = (token: string) =>
    JSON.stringify(token).replaceAll(
      /[\u007f-\uffff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return `{${entries.map(([token, id]) => `${text(token)}: ${id}`).join(', ')}}`;
}

// Source: openai/tiktoken, tiktoken_ext/openai_public.py, `gpt2`: vocab_bpe_hash and encoder_json_hash.
test('it is OpenAI’s file to the byte, and so is the vocabulary that goes with it', async () => {
  expect(sha256(merges)).toBe('1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5');
  const { gpt2Files } = (await import(
    new URL('../tiktoken/gpt2-files.mjs', import.meta.url).href
  )) as { gpt2Files: () => { vocab: string; merges: string } };
  const published = gpt2Files();
  expect(published.merges).toBe(merges);
  expect(sha256(pythonJson(JSON.parse(published.vocab) as Record<string, number>))).toBe(
    '196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783',
  );
});
