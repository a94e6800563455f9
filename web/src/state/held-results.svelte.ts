/** Results that were computed or opened in this tab, so that who goes back to one waits for nothing. */

import { SvelteMap } from 'svelte/reactivity';

import { asRun, withoutInput } from '../experiment/defaults';
import { identityOf } from '../history/entry';
import { withKnownElsewhere } from '../result/known-elsewhere';
import type { LabResult } from '../result/result';
import type { SavedResult } from './lab-run.svelte';

/** What all of them may take together; one alone may take more. */
const MOST_BYTES = 64e6;

function bytesOf({ result, estimates }: SavedResult): number {
  const exact = result.sweeps.map(
    ({ measures, notFinite }) => measures.values.byteLength + notFinite.byteLength,
  );
  const estimated = Object.values(estimates).flatMap((of) =>
    of.estimates.map(({ values }) => values.byteLength),
  );
  return [...exact, ...estimated].reduce((sum, bytes) => sum + bytes, 0);
}

/** Nothing of it is known, neither exactly nor to first order. */
const isEmpty = ({ result, estimates }: SavedResult) =>
  result.sweeps.every(({ known }) => !known.includes(true)) && Object.keys(estimates).length === 0;

/** The same of all results that only their regions tell apart. */
function wholeIdentity({ experiment, model }: LabResult): string {
  const whole = { ...withoutInput(experiment) };
  delete whole.region;
  return identityOf({ experiment: asRun(whole), model });
}

export class HeldResults {
  /** By identity, the one used last at the end. */
  private readonly held = new SvelteMap<string, SavedResult>();

  has(identity: string): boolean {
    return this.held.has(identity);
  }

  find(identity: string): SavedResult | undefined {
    return this.held.get(identity);
  }

  /** With what is known exactly of the same experiment, though not asked for by this one's region. */
  filled(result: LabResult): LabResult {
    const identity = wholeIdentity(result);
    const alike = [...this.held.values()].filter(
      (other) => other.result !== result && wholeIdentity(other.result) === identity,
    );
    return withKnownElsewhere(
      result,
      alike.map((other) => other.result),
    );
  }

  /** To be shown: it is the one used last. */
  take(identity: string): SavedResult | undefined {
    const found = this.held.get(identity);
    if (found) this.putLast(identity, found);
    return found;
  }

  /** Of a result that no run writes into any more. Those that were not used for longest give way. */
  put(shown: SavedResult): void {
    if (isEmpty(shown)) return;
    this.putLast(identityOf(shown.result), shown);
    let bytes = [...this.held.values()].reduce((sum, each) => sum + bytesOf(each), 0);
    for (const [identity, oldest] of [...this.held].slice(0, -1)) {
      if (bytes <= MOST_BYTES) return;
      this.held.delete(identity);
      bytes -= bytesOf(oldest);
    }
  }

  private putLast(identity: string, shown: SavedResult): void {
    this.held.delete(identity);
    this.held.set(identity, shown);
  }
}
