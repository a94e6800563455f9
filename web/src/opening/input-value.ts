/** A value of a JSON document that somebody wrote: it is what is expected, or an `OpenError` says where it is not. */

import { type JsonNode, OpenError, parseJsonTree } from './json-tree';

const LONGEST_SHOWN = 60;

function plain(node: JsonNode): unknown {
  if (node.kind === 'null') return null;
  if (node.kind === 'list') return node.items.map(plain);
  if (node.kind === 'object') {
    return Object.fromEntries([...node.entries].map(([key, value]) => [key, plain(value)]));
  }
  return node.value;
}

function shown(node: JsonNode): string {
  const text = node.kind === 'number' ? node.written : JSON.stringify(plain(node));
  const letters = Array.from(text);
  return letters.length > LONGEST_SHOWN ? `${letters.slice(0, LONGEST_SHOWN).join('')}…` : text;
}

export class InputValue {
  private constructor(
    private readonly node: JsonNode,
    private readonly name: string,
    /** From the document down to here. */
    private readonly way: string,
  ) {}

  /** name: "experiment", say. */
  static parse(text: string, name: string): InputValue {
    return new InputValue(parseJsonTree(text, name), name, '');
  }

  get kind(): JsonNode['kind'] {
    return this.node.kind;
  }

  /** "results.sweeps[2]", say. */
  get place(): string {
    return this.way;
  }

  /** As if it were a document of its own, for messages: "step 3". */
  named(name: string): InputValue {
    return new InputValue(this.node, name, '');
  }

  /** Itself, as JSON. */
  json(): string {
    return JSON.stringify(plain(this.node));
  }

  refuse(expected: string): never {
    this.fail(`${shown(this.node)}, expected ${expected}`);
  }

  fail(what: string): never {
    throw new OpenError(`${this.name}${this.way === '' ? '' : `, "${this.way}"`}: ${what}`);
  }

  find(key: string): InputValue | undefined {
    if (this.node.kind !== 'object') this.refuse('an object');
    const found = this.node.entries.get(key);
    const way = this.way === '' ? key : `${this.way}.${key}`;
    return found && new InputValue(found, this.name, way);
  }

  /** What is under a key that may be left out, unless it is null. */
  findValue(key: string): InputValue | undefined {
    const value = this.find(key);
    return value?.kind === 'null' ? undefined : value;
  }

  at(key: string): InputValue {
    return this.find(key) ?? this.fail(`has no "${key}"`);
  }

  requireKeys(known: readonly string[]): void {
    if (this.node.kind !== 'object') this.refuse('an object');
    for (const key of this.node.entries.keys()) {
      if (!known.includes(key)) {
        this.fail(`has "${key}", which means nothing here; expected ${known.join(', ')}`);
      }
    }
  }

  text(): string {
    return this.node.kind === 'text' ? this.node.value : this.refuse('a text');
  }

  truth(): boolean {
    return this.node.kind === 'truth' ? this.node.value : this.refuse('true or false');
  }

  /** In digits alone. */
  whole(least: number, most: number): number {
    const { node } = this;
    const isWhole = node.kind === 'number' && /^(0|[1-9]\d*)$/.test(node.written);
    if (!isWhole || node.value < least || node.value > most) {
      this.refuse(`a whole number from ${least} to ${most}`);
    }
    return node.value;
  }

  number(expected: string, holds: (value: number) => boolean): number {
    const { node } = this;
    return node.kind === 'number' && holds(node.value) ? node.value : this.refuse(expected);
  }

  oneOf<T extends string>(names: readonly T[]): T {
    const { node } = this;
    const found = names.find((name) => node.kind === 'text' && node.value === name);
    return found ?? this.refuse(`${names.length > 1 ? 'one of ' : ''}${names.join(', ')}`);
  }

  list(least: number, what: string): InputValue[] {
    if (this.node.kind !== 'list' || this.node.items.length < least) {
      this.refuse(`a list of ${what}${least > 0 ? `, ${least} at least` : ''}`);
    }
    return this.node.items.map(
      (item, index) => new InputValue(item, this.name, `${this.way}[${index}]`),
    );
  }

  /** A 32-bit float; NaN for null. */
  numberOrNull(): number {
    const { node } = this;
    if (node.kind === 'null') return Number.NaN;
    const value = node.kind === 'number' ? Math.fround(node.value) : Number.NaN;
    return Number.isFinite(value) ? value : this.refuse('a number of 32 bits, or null');
  }

  numbersOrNull(count: number, why: string): number[] {
    const values = this.list(0, 'numbers');
    if (values.length !== count) this.fail(`${values.length} numbers, expected ${count}, ${why}`);
    return values.map((value) => value.numberOrNull());
  }
}
