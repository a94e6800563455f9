// Writes what tiktoken's gpt2 encoding makes of many strings, and GPT-2's own tokenizer files:
//
//   node tests/tiktoken/make-cases.mjs FOLDER
//
// FOLDER/vocab.json, merges.txt    recovered from tiktoken's ranks
// FOLDER/cases.bin                 for each case: byte count, bytes, id count, ids; all u32 but bytes

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { get_encoding } from 'tiktoken';

import { gpt2Files } from './gpt2-files.mjs';
import { damagedBytes, everyCodePoint, mixedStrings } from './strings.mjs';

const MIXED = 150_000;
const DAMAGED = 20_000;
const SCRIPTS = ['gpt2-files.mjs', 'strings.mjs', 'make-cases.mjs'];

/** Changes when these scripts do, so that a folder made by older ones is made again. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const name of SCRIPTS) hash.update(readFileSync(new URL(name, import.meta.url)));
  return hash.digest('hex');
}

function u32(...values) {
  return Buffer.from(Uint32Array.from(values).buffer);
}

function* allCases() {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for (const text of mixedStrings(MIXED, 1)) yield [encoder.encode(text), text];
  for (const text of everyCodePoint()) yield [encoder.encode(text), text];
  // What is not UTF-8 is read as the WHATWG decoder reads it.
  for (const bytes of damagedBytes(DAMAGED, 2)) yield [bytes, decoder.decode(bytes)];
}

function writeCases(file) {
  const encoding = get_encoding('gpt2');
  const parts = [];
  for (const [bytes, text] of allCases()) {
    const ids = encoding.encode_ordinary(text);
    parts.push(u32(bytes.length), Buffer.from(bytes), u32(ids.length), u32(...ids));
  }
  writeFileSync(file, Buffer.concat(parts));
}

const folder = process.argv[2];
const stamp = join(folder, 'stamp');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprint()) {
  mkdirSync(folder, { recursive: true });
  const { vocab, merges } = gpt2Files();
  writeFileSync(join(folder, 'vocab.json'), vocab);
  writeFileSync(join(folder, 'merges.txt'), merges);
  writeCases(join(folder, 'cases.bin'));
  writeFileSync(stamp, fingerprint());
}
