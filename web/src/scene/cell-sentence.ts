/** What is said first of the chosen cell: what its patch does. */

import type { Prediction } from '../engine/module';
import { indexOf } from '../picture/picture';
import type { Cell } from '../result/cells';
import { STATE_TEXTS } from '../result/cell-state';
import { isAblation } from '../result/metrics';
import type { Place } from '../result/panels';
import type { LabResult } from '../result/result';
import type { CellPlace } from '../state/selection.svelte';
import { visibleText } from '../tokens/token-diff';
import { styleOf, valueText } from './cell-text';
import { patchedText } from './patch-text';
import type { SceneMap, View } from './scene-map';

/** top: what the patched run says next, where that is known. */
export function cellSentence(
  { experiment }: LabResult,
  map: SceneMap,
  view: View,
  { row, column }: Cell,
  { direction }: CellPlace,
  patch: Place | undefined,
  top: Prediction | undefined,
): string {
  const index = indexOf(map.picture, { row, column });
  const state = map.picture.states?.[index];
  if (state === undefined) return '';
  if (state === 'not finite') return `${STATE_TEXTS[state]}.`;
  if (state === 'not computed') return 'Not computed yet.';
  const said = valueText(map.picture.values[index] ?? NaN, styleOf(map, view.metric));
  if (state === 'estimated') return `About ${said}, a first-order estimate; not computed yet.`;
  if (!top || !patch) return `${said}.`;
  const into = direction === 'denoising' && !isAblation(experiment) ? 'corrupted' : 'clean';
  const what = patchedText(experiment.corruption, direction, patch);
  return `The ${into} run with ${what} says “${visibleText(top.text)}” (${top.prob.toFixed(2)}): ${said}.`;
}
