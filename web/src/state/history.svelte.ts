/** The results that there were, on this machine. */

import { type Asked, EXACT, type Exact, type HistoryEntry, identityOf } from '../history/entry';
import { HistoryStore, isHistoryKey, type Items, storageHere } from '../history/store';
import { mainSweep, thumbnailOf } from '../history/thumbnail';
import { distinctNames, whatDiffers } from '../history/what-differs';
import type { MetricChoice } from '../result/metrics';
import { isWhole } from '../result/region';
import type { LabResult } from '../result/result';
import type { SavedResult } from './lab-run.svelte';

function exactOf(result: LabResult): Exact {
  if (isWhole(result)) return 'all';
  return result.sweeps.some(({ known }) => known.includes(true)) ? 'some' : 'none';
}

const counted = (count: number) => (count === 1 ? 'One entry' : `${count} entries`);

export class History {
  /** The newest first. */
  entries = $state.raw<readonly HistoryEntry[]>([]);
  /** What a person should know of it; the page goes on. */
  problem = $state<string>();
  /** What was taken out last, until something else becomes of the history. */
  removed = $state.raw<HistoryEntry>();
  private readonly names = $derived(distinctNames(this.entries));
  private readonly store: HistoryStore;

  constructor(found: Items | string = storageHere()) {
    const isKept = typeof found !== 'string';
    this.store = new HistoryStore(isKept ? found : undefined);
    const { unreadable } = this.read();
    if (!isKept) {
      this.problem = `This browser keeps nothing for this page (${found}): the history ends with this tab.`;
    } else if (unreadable > 0) {
      this.problem = `${counted(unreadable)} of the history cannot be read here and ${unreadable === 1 ? 'is' : 'are'} left out.`;
    }
  }

  /** Another tab's changes are taken over; returns what ends it. */
  follow(): () => void {
    const onStorage = ({ key }: StorageEvent) => {
      if (isHistoryKey(key)) this.read();
    };
    addEventListener('storage', onStorage);
    return () => {
      removeEventListener('storage', onStorage);
    };
  }

  /** A result of which something is known. Exact values are not given up for estimates, or for fewer of them. */
  add(
    shown: Pick<SavedResult, 'result' | 'estimates'>,
    choice: MetricChoice,
    follows: boolean,
  ): void {
    const { result, estimates } = shown;
    const sweep = mainSweep(result);
    const exact = exactOf(result);
    if (!sweep || (exact === 'none' && Object.keys(estimates).length === 0)) return;
    const { experiment } = result;
    const { id, label, dtype, digest } = result.model;
    const model = { id, label, dtype, ...(digest !== undefined && { digest }) };
    const asked: Asked = { experiment, choice, model };
    const same = this.entries.find((entry) => identityOf(entry) === identityOf(asked));
    const title = same?.title ?? whatDiffers(this.entries[0], asked);
    const time = Date.now();
    const thumbnail = thumbnailOf(result, sweep, choice, estimates);
    const made = { ...asked, title, thumbnail, exact, followsTargets: follows, time };
    const isLess = same && EXACT.indexOf(exact) > EXACT.indexOf(same.exact);
    const why = this.store.put(isLess ? { ...same, time } : made);
    this.removed = undefined;
    if (why !== undefined) {
      this.problem = `The last result is in the history of this tab alone, it could not be kept: ${why}`;
    }
    this.read();
  }

  /** Its title, told from those of others. */
  nameOf(entry: HistoryEntry): string {
    return this.names[this.entries.indexOf(entry)] ?? entry.title;
  }

  remove(entry: HistoryEntry): void {
    this.store.remove(entry);
    this.removed = entry;
    this.read();
  }

  /** Where it was. */
  putBack(): void {
    if (!this.removed) return;
    const why = this.store.put(this.removed);
    if (why !== undefined)
      this.problem = `It is back in this tab alone, it could not be kept: ${why}`;
    this.removed = undefined;
    this.read();
  }

  clear(): void {
    this.store.clear();
    this.removed = undefined;
    this.problem = undefined;
    this.read();
  }

  private read() {
    const found = this.store.read();
    this.entries = found.entries;
    return found;
  }
}
