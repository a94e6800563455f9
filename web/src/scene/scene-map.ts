/**
 * The map of the scene: one site and direction of a result, and above the stream after each layer what
 * entered the first one, a sweep of its own.
 */

import { INPUT } from '../experiment/defaults';
import type { Direction, Site } from '../experiment/experiment';
import { heatmapPicture } from '../picture/from-result';
import { strongestCell } from '../picture/keys';
import type { Picture } from '../picture/picture';
import type { Box, Cell } from '../result/cells';
import { type Estimates, estimateOf, firstOrderMetric } from '../result/estimates';
import {
  type ColourRange,
  colourRange,
  type Metric,
  type MetricChoice,
  type Reference,
  scalingOf,
  shownMetric,
  shownReference,
  type Subject,
  subjectsOf,
} from '../result/metrics';
import { MadeBefore } from '../result/made-before';
import { placeOf } from '../result/panels';
import { type Region, regionOf } from '../result/region';
import { isOwnMap, type LabResult, type SweepValues } from '../result/result';
import { type Shown, shownValues } from '../result/shown';
import type { CellPlace } from '../state/selection.svelte';

const INPUT_LABEL = 'input';

export interface View {
  metric: Metric;
  reference: Reference;
  subject: Subject;
  /** What was chosen, which has no first-order map to show. */
  standsFor?: Metric | undefined;
  /** Whether the colours of shares run over the whole gap at least, so that they mean the same in each map. */
  wholeGap?: boolean;
}

/** What is shown of a result. isFirstOrder: whether the first-order map is all that there is. */
export function viewOf(
  { start, experiment }: LabResult,
  choice: MetricChoice,
  isFirstOrder: boolean,
): View | undefined {
  const chosen = shownMetric(choice.metric, start.targets);
  const metric = isFirstOrder ? firstOrderMetric(chosen, start.targets) : chosen;
  const subjects = subjectsOf(metric, choice, start.targets);
  const subject = subjects.find(({ target }) => target === choice.target) ?? subjects[0];
  const reference = shownReference(choice.reference, metric, experiment);
  const standsFor = metric === chosen ? undefined : chosen;
  return subject && { metric, reference, subject, standsFor };
}

/** A row of the map: which sweep's, and which of its rows. */
interface MapRow {
  sweep: number;
  row: number;
}

export interface SceneMap {
  site: Site;
  direction: Direction;
  rows: readonly MapRow[];
  picture: Picture;
  isShare: boolean;
  flag: string | undefined;
}

const sweepOf = (result: LabResult, site: Site, direction: Direction): number =>
  result.sweeps.findIndex(({ info }) => info.site === site && info.direction === direction);

/** Over every one that is of the same kind, so that colours mean the same in all maps of a result. */
export function commonRange(ranges: readonly ColourRange[], own: ColourRange): ColourRange {
  const isAlike = (range: ColourRange) =>
    range.kind === own.kind &&
    (range.kind !== 'diverging' || own.kind !== 'diverging' || range.centre === own.centre);
  return ranges.filter(isAlike).reduce((widest, range) => {
    if (widest.kind === 'diverging' && range.kind === 'diverging') {
      return { ...widest, extent: Math.max(widest.extent, range.extent) };
    }
    if (widest.kind === 'sequential' && range.kind === 'sequential') {
      const [low, high] = [Math.min(widest.low, range.low), Math.max(widest.high, range.high)];
      return { ...widest, low, high };
    }
    return widest;
  }, own);
}

const overWholeGap = (range: ColourRange): ColourRange =>
  range.kind === 'diverging' ? { ...range, extent: Math.max(1, range.extent) } : range;

/** Of the cells that are shown: of what entered the first layer that row alone, whatever is estimated below. */
function rangeOf(
  result: LabResult,
  estimates: Estimates,
  sweep: number,
  view: View,
): ColourRange | undefined {
  const shown = shownOf(result, estimates, sweep, view);
  const values = result.sweeps[sweep];
  if (!shown || !values || isOwnMap(values.info)) return shown?.range;
  const { metric, reference, subject } = view;
  const scaling = scalingOf(result.start, values.info, metric, reference, subject);
  return colourRange(shown.values.subarray(0, values.info.columns), metric, scaling);
}

export function shownOf(
  result: LabResult,
  estimates: Estimates,
  sweep: number,
  { metric, reference, subject }: View,
): Shown | undefined {
  const values = result.sweeps[sweep];
  const estimate = estimateOf(estimates, metric, subject, sweep);
  return values && shownValues(result.start, values, metric, reference, subject, estimate);
}

const before = new MadeBefore<SweepValues, SceneMap>();

/**
 * ownScale: whether the colours run over this map's values alone. While rows arrive, a map that none of them is of
 * stays the object that it is.
 */
export function sceneMap(
  result: LabResult,
  estimates: Estimates,
  site: Site,
  direction: Direction,
  view: View,
  ownScale: boolean,
): SceneMap | undefined {
  const main = sweepOf(result, site, direction);
  const values = result.sweeps[main];
  const own = shownOf(result, estimates, main, view);
  if (!values || !own) return undefined;
  const input = site === 'resid_post' ? sweepOf(result, INPUT.site, direction) : -1;
  const scaled = ownScale ? [main, input] : [...result.sweeps.keys()];
  const ranges = scaled.flatMap((index) => rangeOf(result, estimates, index, view) ?? []);
  const common = commonRange(ranges, own.range);
  const isWhole = view.wholeGap === true && own.isShare && !ownScale;
  const range = isWhole ? overWholeGap(common) : common;
  const picture = pictureOf(result, estimates, main, view);
  const top = input < 0 ? undefined : pictureOf(result, estimates, input, view);
  return before.get(values, [own, picture, top, JSON.stringify(range)], () => {
    const whole = top ? withTopRow(picture, top) : picture;
    return {
      site,
      direction,
      rows: [
        ...(top ? [{ sweep: input, row: 0 }] : []),
        ...Array.from({ length: values.info.rows }, (_, row) => ({ sweep: main, row })),
      ],
      picture: { ...whole, scale: { ...whole.scale, range } },
      isShare: own.isShare,
      flag: own.flag,
    };
  });
}

function pictureOf(result: LabResult, estimates: Estimates, sweep: number, view: View): Picture {
  const { metric, reference, subject } = view;
  const values = result.sweeps[sweep] as SweepValues;
  const estimate = estimateOf(estimates, metric, subject, sweep);
  return heatmapPicture(result, values, { metric, reference, ...subject }, estimate);
}

/** The first row of another picture above those of one. */
function withTopRow(picture: Picture, top: Picture): Picture {
  const { columns } = picture;
  const values = new Float32Array(picture.values.length + columns);
  values.set(top.values.subarray(0, columns));
  values.set(picture.values, columns);
  return {
    ...picture,
    rows: picture.rows + 1,
    values,
    states: [...(top.states ?? []).slice(0, columns), ...(picture.states ?? [])],
    rowLabels: [INPUT_LABEL, ...picture.rowLabels],
    region: withRowAbove(picture.region, top.region?.rows[0] === 0),
  };
}

/** A box, one row further down; with the row above, from there on. */
const withRowAbove = (box: Box | undefined, isAbove: boolean): Box | undefined =>
  box && { ...box, rows: [isAbove ? 0 : box.rows[0] + 1, box.rows[1] + 1] };

/** What a box drawn over the map restricts the next run to. */
export function regionOfBox(result: LabResult, map: SceneMap, box: Box): Region {
  const layers = box.rows.flatMap((row) => placeOfCell(result, map, row, 0)?.layer ?? []);
  const sweep = map.rows.at(-1)?.sweep ?? 0;
  const columns = result.sweeps[sweep]?.info.axes === 'head' ? undefined : box.columns;
  return regionOf(layers, columns, result.start.tokensClean.length);
}

export function placeOfCell(
  result: LabResult,
  map: SceneMap,
  row: number,
  column: number,
): CellPlace | undefined {
  const at = map.rows[row];
  const sweep = at && result.sweeps[at.sweep];
  if (!at || !sweep || column >= map.picture.columns) return undefined;
  const { layer, head, position } = placeOf(sweep, result.model.nHead, at.row, column);
  const { site, direction } = sweep.info;
  return { site, direction, layer, head, position };
}

/** The place's cell in the map; undefined where it is not in it. */
export function cellOfPlace(
  result: LabResult,
  map: SceneMap,
  place: CellPlace,
): { row: number; column: number } | undefined {
  for (const [row, { sweep, row: inSweep }] of map.rows.entries()) {
    const values = result.sweeps[sweep];
    if (!values || values.info.site !== place.site || values.info.direction !== place.direction) {
      continue;
    }
    const first = placeOf(values, result.model.nHead, inSweep, 0);
    if (first.layer !== place.layer) continue;
    if (values.info.axes === 'head-position' && first.head !== place.head) continue;
    const column = values.info.axes === 'head' ? place.head : place.position;
    return column >= 0 && column < map.picture.columns ? { row, column } : undefined;
  }
  return undefined;
}

/** Whether the row on top is what entered the first layer. */
export const hasInputRow = ({ picture }: SceneMap): boolean => picture.rowLabels[0] === INPUT_LABEL;

/** The cell that moves it most, below the input; undefined while nothing is known. */
export const strongestOf = (map: SceneMap): Cell | undefined =>
  strongestCell(map.picture, hasInputRow(map) ? 1 : 0);
