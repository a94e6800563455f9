/** Where the cell that is held is in another result: of another direction, site or prompt. */

import { isOwnMap, type LabResult } from '../result/result';
import type { CellPlace } from './selection.svelte';

function isIn({ sweeps, model }: LabResult, place: CellPlace): boolean {
  const { site, direction, layer, head, position } = place;
  const info = sweeps
    .map((sweep) => sweep.info)
    .find((each) => each.site === site && each.direction === direction);
  if (!info || layer >= model.nLayer) return false;
  const { axes, columns, firstLayer, endLayer } = info;
  if (!isOwnMap(info) && (layer < firstLayer || layer >= endLayer)) return false;
  const hasHead = axes === 'position' ? head < 0 : head >= 0 && head < model.nHead;
  const hasPosition = axes === 'head' ? position < 0 : position >= 0 && position < columns;
  return hasHead && hasPosition;
}

/** The same layer, head and position; undefined where the result has no such cell. */
export function placeIn(result: LabResult, place: CellPlace): CellPlace | undefined {
  const shown = result.sweeps.map(({ info }) => info).find(isOwnMap);
  if (!shown) return undefined;
  const { site, direction } = shown;
  const places = [place, { ...place, direction }, { ...place, site, direction }];
  return places.find((each) => isIn(result, each));
}
