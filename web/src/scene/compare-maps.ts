/** Two results' maps as the scene shows them, on one scale, and their difference. */

import { whyNoDifference } from '../history/compare';
import { leastExtent, metricText, unitOf } from '../picture/from-result';
import { changeScale, type Picture, withRows } from '../picture/picture';
import { type CellState, stateLines } from '../result/cell-state';
import type { Estimates } from '../result/estimates';
import { availableReferences, type Metric, type Reference, type Subject } from '../result/metrics';
import type { LabResult, SweepValues } from '../result/result';
import { commonRange, type SceneMap, sceneMap } from './scene-map';

export interface Side {
  name: string;
  result: LabResult;
  estimates: Estimates;
  /** The map that is compared. */
  sweep: SweepValues;
}

export interface SharedView {
  metric: Metric;
  reference: Reference;
  subject: Subject;
}

/** As what both can be shown. */
export function sharedReferences(metric: Metric, sides: readonly Side[]): Reference[] {
  const [first = [], ...others] = sides.map(({ result }) =>
    availableReferences(metric, result.experiment),
  );
  return first.filter((reference) => others.every((other) => other.includes(reference)));
}

function mapOf({ result, estimates, sweep }: Side, view: SharedView): SceneMap | undefined {
  const { site, direction } = sweep.info;
  return sceneMap(result, estimates, site, direction, view, true);
}

/** With the input's row where the scene has it; the colours mean the same in both. */
export function comparedMaps(sides: readonly Side[], wished: SharedView): SceneMap[] {
  const of = (view: SharedView) => sides.flatMap((side) => mapOf(side, view) ?? []);
  const found = of(wished);
  // Where one of them has no gap to take a share of, both show what a patch changes.
  const isMixed = found.some(({ isShare }) => isShare !== found[0]?.isShare);
  const maps = isMixed ? of({ ...wished, reference: 'unpatched' }) : found;
  const ranges = maps.map(({ picture }) => picture.scale.range);
  return maps.map((map) => {
    const range = commonRange(ranges, map.picture.scale.range);
    return { ...map, picture: { ...map.picture, scale: { ...map.picture.scale, range } } };
  });
}

const LEAST_KNOWN: readonly CellState[] = ['not finite', 'not computed', 'estimated', 'exact'];

function jointState(a: CellState = 'not computed', b: CellState = 'not computed'): CellState {
  return LEAST_KNOWN.find((state) => state === a || state === b) ?? 'exact';
}

function withoutInput({ picture }: SceneMap): Picture {
  const rows = Array.from({ length: picture.rows - 1 }, (_, row) => row + 1);
  return withRows(picture, rows, picture.rowLabels.slice(1));
}

/** Named twice where each has targets of its own. */
function shownByBoth(a: Side, b: Side, { metric, reference, subject }: SharedView): string {
  const of = ({ result }: Side) => metricText(result, { metric, reference, ...subject });
  return of(a) === of(b) ? of(a) : `A: ${of(a)}; B: ${of(b)}`;
}

const hasInput = ({ rows }: SceneMap) => rows[0]?.sweep !== rows.at(-1)?.sweep;

/** A − B, cell by cell, of what both show; or why there is none. */
export function differencePicture(
  [a, b]: readonly [Side, Side],
  [first, second]: readonly [SceneMap, SceneMap],
  view: SharedView,
  settings: readonly string[],
): Picture | string {
  const why = whyNoDifference(a, b);
  if (why !== undefined) return why;
  // An input that only one of them shows has nothing to be taken from.
  const both = hasInput(first) === hasInput(second);
  const pictureOf = (map: SceneMap) => (both || !hasInput(map) ? map.picture : withoutInput(map));
  const [one, other] = [pictureOf(first), pictureOf(second)];
  const values = one.values.map((value, cell) => value - (other.values[cell] ?? Number.NaN));
  const states = Array.from(values, (_, cell) =>
    jointState(one.states?.[cell], other.states?.[cell]),
  );
  const columnLabels = one.columnLabels.map((label, column) => {
    const otherLabel = other.columnLabels[column] ?? '';
    return label === otherLabel ? label : `${label} | ${otherLabel}`;
  });
  const unit = first.isShare ? 'of the gap' : unitOf(view.metric);
  return {
    title: 'A − B',
    rows: one.rows,
    columns: one.columns,
    values,
    states,
    rowLabels: one.rowLabels,
    columnLabels,
    from: one.from,
    strongColumns: one.strongColumns.map(
      (strong, column) => strong || other.strongColumns[column] === true,
    ),
    scale: changeScale(values, first.isShare ? 0.01 : leastExtent(view.metric), unit),
    caption: [
      `${shownByBoth(a, b, view)}: what A shows, minus what B shows.`,
      `A: ${a.name}`,
      `B: ${b.name}`,
      ...stateLines(states),
      ...settings,
    ],
  };
}
