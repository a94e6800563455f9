/** Reads an address's query key by key, and remembers what was not understood. */

import {
  type Bounds,
  type Direction,
  DIRECTIONS,
  type Experiment,
  type Site,
  SITES,
  type TargetText,
} from '../experiment/experiment';
import {
  DEFAULT_CHOICE,
  type Metric,
  type MetricChoice,
  METRICS,
  type Reference,
  REFERENCES,
} from '../result/metrics';
import { targetKey } from '../tokens/targets';

/** What links called `colour` before there were metrics and references. */
const OLD_COLOURINGS: Record<string, { metric: Metric; reference: Reference }> = {
  'prob-corrupted': { metric: 'prob', reference: 'corrupted' },
  'prob-clean': { metric: 'prob', reference: 'clean' },
  logit: { metric: 'logit', reference: 'corrupted' },
  'logit-diff': { metric: 'logit_diff', reference: 'corrupted' },
};

/** In digits alone, and such that it is the same number in JavaScript, also when one is added. */
function wholeNumber(text: string): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && value < Number.MAX_SAFE_INTEGER ? value : undefined;
}

export class QueryReader {
  private readonly query: URLSearchParams;
  private readonly problems: string[] = [];
  private readonly asked = new Set<string>();

  constructor(text: string) {
    this.query = new URLSearchParams(text);
  }

  problem(text: string): void {
    this.problems.push(text);
  }

  /** The first, where it is there more than once. */
  text(key: string): string | undefined {
    const found = this.all(key);
    if (found.length > 1) {
      this.problem(`the address has "${key}" ${found.length} times, expected it once`);
    }
    return found[0];
  }

  all(key: string): string[] {
    this.asked.add(key);
    return this.query.getAll(key);
  }

  /** `key`, `key=`, `key=1` and `key=true` say yes; `key=0` and `key=false` no. */
  isSet(key: string): boolean {
    const text = this.text(key);
    if (text === undefined || text === '0' || text === 'false') return false;
    if (text === '' || text === '1' || text === 'true') return true;
    this.problem(`the address has "${key}=${text}", expected "${key}" alone, or with 1 or 0`);
    return false;
  }

  /** Which numbers an experiment may have, the core says: here it only has to be one. */
  number(key: string, otherwise: number): number {
    const text = this.text(key);
    if (text === undefined) return otherwise;
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value)) return value;
    this.problem(`the address has "${key}=${text}", expected a number`);
    return otherwise;
  }

  /** The index of something that is shown, from 0 on. */
  private index(key: string, otherwise: number): number {
    const value = this.number(key, otherwise);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    this.problem(`the address has "${key}=${value}", expected a whole number from 0 on`);
    return otherwise;
  }

  numbers(key: string): number[] | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const numbers = text.split(',').map(wholeNumber);
    if (numbers.every((value) => value !== undefined)) return numbers;
    if (text !== '') this.problem(`the address has "${key}=${text}", expected numbers like 1,2,3`);
    return text === '' ? [] : undefined;
  }

  oneOf<T extends string>(key: string, known: readonly T[], otherwise: T): T {
    const text = this.text(key);
    return text === undefined ? otherwise : (this.known(key, text, known) ?? otherwise);
  }

  sites(otherwise: readonly Site[]): Site[] {
    return this.someOf('site', SITES, otherwise);
  }

  directions(otherwise: readonly Direction[]): Direction[] {
    return this.someOf('direction', DIRECTIONS, otherwise);
  }

  /** Tokens and continuations, in the order in which they are written; each once. */
  targets(): TargetText[] {
    for (const key of ['target', 'target-id', 'continuation']) this.asked.add(key);
    const found = new Map<string, TargetText>();
    for (const [key, text] of this.query) {
      const target = this.target(key, text);
      if (target === undefined) continue;
      if (found.has(targetKey(target))) {
        this.problem(`the address has the target "${key}=${text}" more than once`);
      } else {
        found.set(targetKey(target), target);
      }
    }
    return [...found.values()];
  }

  /** Both, or neither: what is not told reaches as far as it can. */
  region(): Experiment['region'] {
    const [layers, positions] = [this.bounds('layers'), this.bounds('positions')];
    if (layers && positions) return { layers, positions };
    if (layers ?? positions) {
      this.problem('the address must tell both "layers" and "positions", or neither');
    }
    return undefined;
  }

  /** "resid_pre-layers=0-0"; undefined where all layers of all of them are patched. */
  layersOf(sites: readonly Site[]): Experiment['layers_of_sites'] {
    const found = sites.flatMap((site) => {
      const bounds = this.bounds(`${site}-layers`);
      return bounds ? [[site, bounds] as const] : [];
    });
    return found.length > 0 ? Object.fromEntries(found) : undefined;
  }

  /** A step without a lesson means nothing. */
  lesson(): { name: string; step: number } | undefined {
    const name = this.text('lesson');
    if (name === undefined || name === '') return undefined;
    const step = this.number('step', 1);
    if (Number.isSafeInteger(step) && step >= 1) return { name, step };
    this.problem(`the address has "step=${step}", expected a whole number from 1 on`);
    return { name, step: 1 };
  }

  choice(): MetricChoice {
    const colour = this.text('colour');
    const old = colour === undefined ? undefined : OLD_COLOURINGS[colour];
    if (colour !== undefined && !old) {
      this.problem(`the address asks for the colouring "${colour}", which there is not`);
    }
    const metric = this.text('metric');
    return {
      metric: metric === undefined ? old?.metric : this.known('metric', metric, METRICS),
      reference: this.oneOf('reference', REFERENCES, old?.reference ?? DEFAULT_CHOICE.reference),
      target: this.index('of', DEFAULT_CHOICE.target),
      against: this.index('against', DEFAULT_CHOICE.against),
    };
  }

  /** Keys that nobody asked for are told first. */
  allProblems(): string[] {
    const unknown = [...new Set(this.query.keys())].filter((key) => !this.asked.has(key));
    return [
      ...unknown.map((key) => `the address has "${key}", which means nothing here`),
      ...new Set(this.problems),
    ];
  }

  private target(key: string, text: string): TargetText | undefined {
    if (key === 'target') return text;
    if (key === 'continuation') return { continuation: text };
    if (key !== 'target-id') return undefined;
    const id = wholeNumber(text);
    if (id === undefined) {
      this.problem(`the address has "target-id=${text}", expected a token's id`);
    }
    return id;
  }

  private known<T extends string>(key: string, text: string, known: readonly T[]): T | undefined {
    const found = known.find((name) => name === text);
    if (found === undefined) {
      this.problem(`the address has "${key}=${text}", expected ${known.join(', ')}`);
    }
    return found;
  }

  private someOf<T extends string>(key: string, known: readonly T[], otherwise: readonly T[]): T[] {
    const found = this.all(key).flatMap((text) => this.known(key, text, known) ?? []);
    // In the link's order, which is that of a result's heatmaps; each once.
    return found.length > 0 ? [...new Set(found)] : [...otherwise];
  }

  /** "2-5", both included, or "3". */
  private bounds(key: string): Bounds | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const ends = text.split('-').map(wholeNumber);
    const [first, last] = [ends[0], ends.at(-1)];
    if (first !== undefined && last !== undefined && ends.length <= 2 && last >= first) {
      return [first, last + 1];
    }
    this.problem(`the address has "${key}=${text}", expected numbers like 2-5`);
    return undefined;
  }
}
