/** The page's address: what it was opened with, and the link that reopens it as it is. */

import { fromQuery, toQuery } from '../address/address';
import { DEFAULTS, keyOf } from '../experiment/defaults';
import { DEFAULT_CHOICE, type MetricChoice } from '../result/metrics';
import { LARGEST_MEMORY, proposedDtype } from '../weights/dtype';
import { EMBEDDED_ID, sizesOf } from '../weights/sources';
import { AddressTrail, type Stop } from './address-trail';
import type { Lab } from './lab.svelte';
import { placeFromKey, placeKey } from './selection.svelte';

/** What is typed goes into the address once nothing was typed for so long. */
const TYPING_MS = 150;

/** What a page that no link opened shows: how much of the answer a place brings back. */
const OPENING_CHOICE: MetricChoice = { ...DEFAULT_CHOICE, reference: 'share' };

/** Whether a link says nothing of what is shown. */
const isBare = (query: string) => query === '' || query === '?present';

/** What the browser's address asks for. */
function asked() {
  const opened = fromQuery(location.search, DEFAULTS);
  const choice = isBare(location.search) ? OPENING_CHOICE : opened.choice;
  // A lesson's link without prompts opens the lesson's own.
  const hasPrompts = new URLSearchParams(location.search).has('clean');
  // A room would see the whole of a map that the lesson covers.
  const present = opened.present && opened.lesson === undefined;
  return { ...opened, choice, present, hasPrompts, place: placeFromKey(opened.cell) };
}

/** Of the lab, what a link holds. */
type Linked = Pick<
  Lab,
  'shelf' | 'experiment' | 'choice' | 'followsTargets' | 'selection' | 'isPresented' | 'lesson'
>;

export class LabAddress {
  readonly opened = asked();
  readonly trail = new AddressTrail({
    key: keyOf(this.opened.experiment),
    cell: placeKey(this.opened.place),
  });
  private readonly model = $derived.by(() => this.lab.shelf.inUse?.source.id ?? this.opened.model);
  // The proposed one is not written down.
  private readonly dtype = $derived.by(() => {
    const { inUse } = this.lab.shelf;
    if (!inUse) return this.opened.dtype;
    const { source, dtype: used } = inUse;
    const sizes = sizesOf(source) ?? { f32Bytes: 0 };
    const own = source.outline?.dtype;
    return used === proposedDtype(sizes, LARGEST_MEMORY, own) ? undefined : used;
  });

  private readonly tokenizer = $derived.by(() => {
    const { inUse } = this.lab.shelf;
    return inUse ? inUse.source.tokenizer : this.opened.tokenizer;
  });

  constructor(private readonly lab: Linked) {}

  /** What of the address the page was opened with is not understood; empty where all is. */
  get problem(): string {
    const { problems, cell, place } = this.opened;
    const isCell = cell === '' || place;
    return [
      ...problems,
      ...(isCell
        ? []
        : [`the address has "cell=${cell}", expected a cell like resid_post,denoising,1,,9`]),
    ].join('; ');
  }

  /** The query of a link that reopens the page as it is. */
  query(embed = false): string {
    const { experiment, choice, followsTargets, selection, isPresented, lesson } = this.lab;
    return toQuery({
      model: this.model,
      dtype: this.dtype,
      tokenizer: this.tokenizer,
      experiment: $state.snapshot(experiment),
      choice: $state.snapshot(choice),
      followsTargets,
      cell: selection.key,
      embed,
      present: isPresented,
      lesson,
    });
  }

  /** The browser went back or forward: the page is as it was then. */
  reopen(): void {
    const { lab } = this;
    const { experiment, choice, followsTargets, place, present, lesson } = asked();
    lab.experiment = experiment;
    lab.choice = choice;
    lab.followsTargets = followsTargets;
    lab.isPresented = present;
    lab.lesson = lesson;
    if (place) lab.selection.returnToPlace(place);
    else lab.selection.free();
    this.trail.arrive(this.stop);
  }

  /** An effect: the address follows what is set and what is chosen. */
  follow() {
    const query = this.query();
    const unchanged = toQuery({
      model: EMBEDDED_ID,
      dtype: undefined,
      experiment: DEFAULTS,
      choice: OPENING_CHOICE,
      followsTargets: true,
      cell: '',
    });
    const { stop } = this;
    const timer = setTimeout(() => {
      this.trail.write(query === unchanged ? location.pathname : query, stop);
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
    };
  }

  private get stop(): Stop {
    const { experiment, selection } = this.lab;
    return { key: keyOf(experiment), cell: selection.key };
  }
}
