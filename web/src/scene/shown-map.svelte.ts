/** Which map of the lab's result is shown, and the cell that it proposes. */

import { isOwnMap } from '../result/result';
import type { Lab } from '../state/lab.svelte';
import { placeOfCell, sceneMap, strongestOf, viewOf } from './scene-map';

export class ShownMap {
  readonly result = $derived.by(() => this.lab.known);
  readonly view = $derived.by(() => {
    const { choice, run, lessonMap } = this.lab;
    const view = this.result && viewOf(this.result, choice, run.isFirstOrder);
    return view && lessonMap.wholeGap ? { ...view, wholeGap: true } : view;
  });
  private readonly sweep = $derived.by(() => {
    const place = this.lab.selection.locked;
    const sweeps = (this.result?.sweeps ?? []).map(({ info }) => info).filter(isOwnMap);
    const isThere = sweeps.some(
      ({ site, direction }) => site === place?.site && direction === place.direction,
    );
    return place && isThere ? place : sweeps[0];
  });
  readonly map = $derived.by(() => {
    const { lab, result, view, sweep } = this;
    if (!result || !view || !sweep) return undefined;
    return sceneMap(result, lab.run.estimates, sweep.site, sweep.direction, view, this.ownScale());
  });
  readonly proposed = $derived.by(() => {
    const { result, map } = this;
    const cell = map && strongestOf(map);
    return result && map && cell && placeOfCell(result, map, cell.row, cell.column);
  });

  /** ownScale: whether the colours run over this map alone, in place of all maps of the result. */
  constructor(
    private readonly lab: Pick<Lab, 'run' | 'known' | 'choice' | 'selection' | 'lessonMap'>,
    private readonly ownScale: () => boolean = () => false,
  ) {}
}
