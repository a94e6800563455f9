/** What a lesson does to the map: it covers it, asks for a place on it, and outlines guess and truth. */

import type { Outline } from '../picture/draw';
import type { Box, Cell } from '../result/cells';

/** All of the map, or what is below the input. */
export type Cover = 'all' | 'layers';

/** A place that is to be chosen within a box of the map. */
export interface AskedPlace {
  box: Box;
  choose: (cell: Cell) => void;
}

export class LessonMap {
  cover = $state.raw<Cover>();
  /** Whether what the chosen cell does is not told, though the map is open. */
  hidesPanel = $state(false);
  /** Whether the colours of shares run over the whole gap at least. */
  wholeGap = $state(false);
  asked = $state.raw<AskedPlace>();
  outlines = $state.raw<readonly Outline[]>([]);

  /** isOpening: the page is opened with a lesson, which may cover the map as soon as it is there. */
  constructor(isOpening: boolean) {
    if (isOpening) this.cover = 'all';
  }

  /** Why nothing that tells what the map holds is shown, wherever it is; undefined where it may be. */
  get whyHidden(): string | undefined {
    return this.cover && 'Covered until you have guessed in the lesson.';
  }

  /** The same of what is inside the runs. */
  get whyNoInside(): string | undefined {
    return this.whyHidden ?? (this.hidesPanel ? 'Seen here later in the lesson.' : undefined);
  }

  /** The map is the page's alone again. */
  clear(): void {
    this.cover = undefined;
    this.hidesPanel = false;
    this.wholeGap = false;
    this.asked = undefined;
    this.outlines = [];
  }
}
