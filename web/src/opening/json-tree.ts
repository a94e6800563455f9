/**
 * JSON with what `JSON.parse` forgets and a document is strict about: a key that is there twice, and how a number
 * is written.
 */

import { messageOf } from '../errors/errors';

export type JsonNode =
  | { kind: 'null' }
  | { kind: 'truth'; value: boolean }
  | { kind: 'text'; value: string }
  | { kind: 'number'; value: number; written: string }
  | { kind: 'list'; items: JsonNode[] }
  | { kind: 'object'; entries: Map<string, JsonNode> };

/** What was opened is not what it should be: where, what was found and what would be right. */
export class OpenError extends Error {}

/** As the core reads it. */
const DEEPEST = 32;

// Of valid JSON: a text, a bracket, a comma, a colon, or a number or word.
const PART = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

class TreeReader {
  private at = 0;
  private readonly parts: RegExpMatchArray | [];

  constructor(
    text: string,
    private readonly name: string,
  ) {
    this.parts = text.match(PART) ?? [];
  }

  read(depth = 0): JsonNode {
    const part = this.next();
    if (part === '{' || part === '[') {
      if (depth === DEEPEST) {
        throw new OpenError(`${this.name}: lists and objects are nested more than ${DEEPEST} deep`);
      }
      return part === '{' ? this.object(depth + 1) : this.list(depth + 1);
    }
    if (part.startsWith('"')) return { kind: 'text', value: this.text(part) };
    if (part === 'null') return { kind: 'null' };
    if (part === 'true' || part === 'false') return { kind: 'truth', value: part === 'true' };
    return { kind: 'number', value: Number(part), written: part };
  }

  private next(): string {
    return this.parts[this.at++] ?? '';
  }

  private list(depth: number): JsonNode {
    const items: JsonNode[] = [];
    while (this.parts[this.at] !== ']') {
      items.push(this.read(depth));
      if (this.parts[this.at] === ',') this.at++;
    }
    this.at++;
    return { kind: 'list', items };
  }

  private object(depth: number): JsonNode {
    const entries = new Map<string, JsonNode>();
    while (this.parts[this.at] !== '}') {
      const key = this.text(this.next());
      if (entries.has(key)) {
        throw new OpenError(`${this.name}: the key "${key}" is there twice in one object`);
      }
      this.at++; // the colon
      entries.set(key, this.read(depth));
      if (this.parts[this.at] === ',') this.at++;
    }
    this.at++;
    return { kind: 'object', entries };
  }

  private text(part: string): string {
    const value = JSON.parse(part) as string;
    if (/\p{Surrogate}/u.test(value)) {
      throw new OpenError(`${this.name}: ${part} has half of a character, expected UTF-8`);
    }
    return value;
  }
}

/** name: of what is read, for messages. */
export function parseJsonTree(source: string, name: string): JsonNode {
  const text = source.replace(/^\uFEFF/, '');
  try {
    JSON.parse(text);
  } catch (error) {
    throw new OpenError(`${name}: not JSON: ${messageOf(error)}`);
  }
  return new TreeReader(text, name).read();
}
