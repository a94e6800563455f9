/** The map of the scene, its cells' places, and what is said of them. */

import { expect, test } from 'vitest';

import type { ExperimentStart, SweepInfo } from '../../web/src/engine/module';
import { DEFAULTS } from '../../web/src/experiment/defaults';
import type { Corruption, Site } from '../../web/src/experiment/experiment';
import type { Box } from '../../web/src/result/cells';
import { estimateKey, standInText } from '../../web/src/result/estimates';
import { DEFAULT_CHOICE } from '../../web/src/result/metrics';
import type { Region } from '../../web/src/result/region';
import { emptyResult, type LabResult, withRow } from '../../web/src/result/result';
import {
  allSmall,
  cellDetail,
  cellText,
  rowsText,
  shortText,
  unitsText,
  styleOf,
  valueText,
} from '../../web/src/scene/cell-text';
import {
  cellOfPlace,
  placeOfCell,
  regionOfBox,
  sceneMap,
  shownOf,
  strongestOf,
  type View,
  viewOf,
} from '../../web/src/scene/scene-map';
import { empty, rowOf, start } from './lab-result';
import { tableOf } from './measure-tables';

const LOGIT: View = { metric: 'logit', reference: 'unpatched', subject: { target: 0, against: 0 } };
const SHARE: View = { ...LOGIT, reference: 'share' };

const input: SweepInfo = { ...(start.sweeps[0] as SweepInfo), site: 'resid_pre', endLayer: 1 };
const withInputSweep: ExperimentStart = { ...start, sweeps: [...start.sweeps, input] };
const INPUT_SWEEP = start.sweeps.length;
const fresh: LabResult = emptyResult(DEFAULTS, empty.model, withInputSweep);

/** A row whose first target's logits are these; nothing else matters here. */
function logits(result: LabResult, sweep: number, layer: number, values: readonly number[]) {
  const given = { logit: [...values, 0, 0, 0, 0], kl: [0, 0] };
  return withRow(result, { ...rowOf(sweep, layer), measures: tableOf(3, 2, given) });
}

/** The corrupted run has 2, the clean one 4. */
function computed(): LabResult {
  let result = emptyResult(DEFAULTS, empty.model, withInputSweep);
  result = logits(result, 0, 0, [2, 3]);
  result = logits(result, 0, 1, [2, 2.5]);
  return logits(result, INPUT_SWEEP, 0, [6, 2]);
}

const mapOf = (result: LabResult, view = LOGIT, ownScale = false) => {
  const map = sceneMap(result, {}, 'resid_post', 'denoising', view, ownScale);
  if (!map) throw new Error('no map');
  return map;
};

test('what entered the first layer is the row above the stream after each', () => {
  const { picture, rows } = mapOf(computed());
  expect(picture.rowLabels).toEqual(['input', '0', '1']);
  expect([picture.rows, picture.columns]).toEqual([3, 2]);
  expect([...picture.values]).toEqual([4, 0, 0, 1, 0, 0.5]);
  expect(picture.states).toEqual(Array(6).fill('exact'));
  expect(rows).toEqual([
    { sweep: INPUT_SWEEP, row: 0 },
    { sweep: 0, row: 0 },
    { sweep: 0, row: 1 },
  ]);
});

test('there is no such row where it was not patched, of another site, or the other way round', () => {
  expect(mapOf(emptyResult(DEFAULTS, empty.model, start)).picture.rows).toBe(2);
  const other = sceneMap(fresh, {}, 'resid_post', 'noising', LOGIT, false);
  expect(other?.picture.rowLabels).toEqual(['0', '1']);
  const heads = sceneMap(fresh, {}, 'z', 'denoising', LOGIT, false);
  expect(heads?.picture.rows).toBe(2);
  expect(sceneMap(fresh, {}, 'k', 'denoising', LOGIT, false)).toBeUndefined();
});

test('all maps of a result are on one scale, unless one is to have its own', () => {
  let result = computed();
  result = logits(result, 2, 0, [10, 2]);
  const whole = { kind: 'diverging', centre: 0, extent: 8 };
  expect(mapOf(result).picture.scale.range).toEqual(whole);
  const heads = sceneMap(result, {}, 'z', 'denoising', LOGIT, false);
  expect(heads?.picture.scale.range).toEqual(whole);
  // Of the stream and its input alone.
  expect(mapOf(result, LOGIT, true).picture.scale.range).toMatchObject({ kind: 'diverging' });
  expect(mapOf(result, LOGIT, true).picture.scale.range).not.toEqual(whole);
});

test('its own scale reaches as far as the row of the input', () => {
  expect(mapOf(computed(), LOGIT, true).picture.scale.range).toMatchObject({ extent: 4 });
});

test('shares of both directions have each their own neutral value, and so each their scale', () => {
  const result = logits(computed(), 1, 0, [4, -20]);
  expect(mapOf(result, SHARE).picture.scale.range).toMatchObject({ centre: 0, extent: 2 });
  const noising = sceneMap(result, {}, 'resid_post', 'noising', SHARE, false);
  expect(noising?.picture.scale.range).toMatchObject({ centre: 1, extent: 12 });
});

test('where shares are to have the whole gap, small ones are pale; on a scale of their own they are not', () => {
  const small = logits(fresh, 0, 0, [2.5, 2]);
  const view = { ...SHARE, wholeGap: true };
  expect(mapOf(small, SHARE).picture.scale.range).toMatchObject({ extent: 0.25 });
  expect(mapOf(small, view).picture.scale.range).toMatchObject({ centre: 0, extent: 1 });
  expect(mapOf(small, view, true).picture.scale.range).toMatchObject({ extent: 0.25 });
  expect(mapOf(computed(), view).picture.scale.range).toMatchObject({ extent: 2 });
});

test('estimates fill what is not computed, in the input’s row as well', () => {
  const values = Float32Array.of(0.5, 0.25, 0, 0);
  const estimates = {
    [estimateKey({ metric: 'logit', target: 0, against: 0 })]: {
      estimates: [{ sweep: INPUT_SWEEP, values }],
      seconds: 0,
    },
  };
  const map = sceneMap(fresh, estimates, 'resid_post', 'denoising', LOGIT, false);
  expect(map?.picture.states?.slice(0, 3)).toEqual(['estimated', 'estimated', 'not computed']);
  expect([...(map?.picture.values.slice(0, 2) ?? [])]).toEqual([0.5, 0.25]);
  expect(shownOf(fresh, estimates, INPUT_SWEEP, LOGIT)?.states[0]).toBe('estimated');
});

test('the scale reaches over what is shown alone, not over estimates below the input', () => {
  const values = Float32Array.of(0, 0, 50, 0);
  const estimates = {
    [estimateKey({ metric: 'logit', target: 0, against: 0 })]: {
      estimates: [{ sweep: INPUT_SWEEP, values }],
      seconds: 0,
    },
  };
  const map = sceneMap(computed(), estimates, 'resid_post', 'denoising', LOGIT, false);
  expect(map?.picture.scale.range).toEqual({ kind: 'diverging', centre: 0, extent: 4 });
});

test.each(withInputSweep.sweeps.map(({ site, direction }) => ({ site, direction })))(
  'each cell of $site, $direction, is found by its place',
  ({ site, direction }) => {
    const map = sceneMap(fresh, {}, site, direction, LOGIT, false);
    if (!map) throw new Error('no map');
    const seen = new Set<string>();
    for (let row = 0; row < map.picture.rows; row++) {
      for (let column = 0; column < map.picture.columns; column++) {
        const place = placeOfCell(fresh, map, row, column);
        if (!place) throw new Error('no place');
        seen.add(JSON.stringify(place));
        expect(cellOfPlace(fresh, map, place)).toEqual({ row, column });
      }
    }
    expect(seen.size).toBe(map.picture.rows * map.picture.columns);
    expect(placeOfCell(fresh, map, map.picture.rows, 0)).toBeUndefined();
    expect(placeOfCell(fresh, map, 0, map.picture.columns)).toBeUndefined();
  },
);

test('a place that the map has not is not in it', () => {
  const map = mapOf(fresh);
  const place = {
    site: 'resid_post',
    direction: 'denoising',
    layer: 1,
    head: -1,
    position: 1,
  } as const;
  expect(cellOfPlace(fresh, map, place)).toEqual({ row: 2, column: 1 });
  expect(cellOfPlace(fresh, map, { ...place, site: 'resid_pre', layer: 0 })?.row).toBe(0);
  for (const change of [
    { layer: 2 },
    { position: 2 },
    { position: -1 },
    { direction: 'noising' as const },
    { site: 'z' as const },
    { site: 'resid_pre' as const },
  ]) {
    expect(cellOfPlace(fresh, map, { ...place, ...change })).toBeUndefined();
  }
});

test('the strongest cell is the one farthest from no change, the input left aside', () => {
  expect(strongestOf(mapOf(computed()))).toEqual({ row: 1, column: 1 });
  expect(strongestOf(mapOf(fresh))).toBeUndefined();
  const noising = sceneMap(
    logits(logits(fresh, 1, 0, [4, 4]), 1, 1, [3.5, 1]),
    {},
    'resid_post',
    'noising',
    SHARE,
    false,
  );
  expect(noising && strongestOf(noising)).toEqual({ row: 1, column: 1 });
});

test('the strongest cell of a distance from the clean run is the one that comes closest to it', () => {
  const kl = (values: number[]) => ({ ...rowOf(0, 0), measures: tableOf(3, 2, { kl: values }) });
  const result = withRow(fresh, kl([0.5, 0.01]));
  const view: View = { ...LOGIT, metric: 'kl', reference: 'raw' };
  const map = mapOf(result, view);
  expect(strongestOf(map)).toEqual({ row: 1, column: 1 });
});

test('a cell says its value first, with two digits and its unit, and then its place', () => {
  const result = computed();
  const text = (view: View, row: number, column: number) =>
    cellText(result, mapOf(result, view), view.metric, row, column);
  expect(text(SHARE, 1, 1)).toBe('0.50 of the gap: Layer 0, position 1, ·2');
  expect(text(LOGIT, 1, 1)).toMatch(/^\+1\.00.*: Layer 0, position 1, ·2$/);
  expect(text(LOGIT, 0, 0)).toMatch(/^\+4\.00.*: Input of layer 0, position 0, ·1 \/ ·3$/);
  expect(text(LOGIT, 3, 0)).toBe('');
});

test('of a cell it can be said what the metric is in each run', () => {
  const result = computed();
  const detail = (view: View, row: number) => cellDetail(result, mapOf(result, view), view, row, 1);
  const places = (text: string) => text.replaceAll(/(\.\d\d)\d*/g, '$1');
  expect(places(detail(SHARE, 1))).toBe(
    '0.50 of the gap: Layer 0, position 1, ·2. Logit: patched run 3.00, clean 4.00, corrupted 2.00.',
  );
  const zeroed = { ...result, experiment: { ...DEFAULTS, corruption: { kind: 'zero' as const } } };
  expect(cellDetail(zeroed, mapOf(result), LOGIT, 1, 1)).not.toContain('corrupted');
  const unknown = emptyResult(DEFAULTS, empty.model, start);
  expect(cellDetail(unknown, mapOf(unknown), LOGIT, 0, 0)).toMatch(/^not computed: .*·3$/);
});

test('a row leaves the maps of other sites and directions as they are, unless the scale changes', () => {
  const maps = (of: LabResult) =>
    (['denoising', 'noising'] as const).map((direction) =>
      sceneMap(of, {}, 'resid_post', direction, LOGIT, false),
    );
  const first = logits(emptyResult(DEFAULTS, empty.model, withInputSweep), 0, 0, [12, 3]);
  const before = maps(first);
  expect(maps(first)).toEqual(before);
  expect(maps(first)[0]).toBe(before[0]);
  const after = maps(logits(first, 0, 1, [3, 3]));
  expect(after[0]).not.toBe(before[0]);
  expect(after[1]).toBe(before[1]);
  const wider = maps(logits(first, 2, 0, [40, 3]));
  expect(wider[1]).not.toBe(before[1]);
});

test('a cell without an exact value says so', () => {
  const key = estimateKey({ metric: 'logit', target: 0, against: 0 });
  const values = Float32Array.of(Number.NaN, 0.5, 0, 0);
  const estimates = { [key]: { estimates: [{ sweep: 0, values }], seconds: 0 } };
  const map = sceneMap(fresh, estimates, 'resid_post', 'denoising', LOGIT, false);
  if (!map) throw new Error('no map');
  expect(cellText(fresh, map, 'logit', 1, 0)).toBe('not computed: Layer 0, position 0, ·1 / ·3');
  expect(cellText(fresh, map, 'logit', 1, 1)).toMatch(
    /^about \+0\.50.*, a first-order estimate: Layer 0/,
  );
});

test('a value has its unit, a sign where it is a change, and no parts of a rank', () => {
  const change = { isShare: false, isChange: true };
  expect(valueText(0.994, { metric: 'prob', isShare: true, isChange: true })).toBe(
    '0.99 of the gap',
  );
  expect(valueText(-0.125, { metric: 'prob', ...change })).toMatch(/^−0\.1[23]/);
  expect(valueText(3, { metric: 'rank', ...change })).toMatch(/^\+3( |$)/);
  expect(valueText(3, { metric: 'rank', isShare: false, isChange: false })).toMatch(/^3( |$)/);
  expect(styleOf(mapOf(computed()), 'logit')).toEqual({ metric: 'logit', ...change });
  const raw = styleOf(mapOf(computed(), { ...LOGIT, reference: 'raw' }), 'logit');
  expect(raw.isChange).toBe(false);
});

test.each<[why: string, site: Site, box: Box, region: Region]>([
  [
    'of the stream',
    'resid_post',
    { rows: [1, 2], columns: [1, 1] },
    { layers: [0, 2], positions: [1, 2] },
  ],
  [
    'of its input alone',
    'resid_post',
    { rows: [0, 0], columns: [0, 1] },
    { layers: [0, 1], positions: [0, 2] },
  ],
  [
    'of heads at all positions',
    'z',
    { rows: [1, 1], columns: [0, 0] },
    { layers: [1, 2], positions: [0, 2] },
  ],
  [
    'of heads by position',
    'q',
    { rows: [1, 2], columns: [0, 0] },
    { layers: [0, 2], positions: [0, 1] },
  ],
])('a box drawn over a map %s becomes layers and positions', (_, site, box, region) => {
  const map = sceneMap(fresh, {}, site, 'denoising', LOGIT, false);
  expect(map && regionOfBox(fresh, map, box)).toEqual(region);
});

const restrictedTo = (region: Region): LabResult =>
  emptyResult({ ...DEFAULTS, region }, empty.model, withInputSweep);
const boxIn = (region: Region, site: Site) =>
  sceneMap(restrictedTo(region), {}, site, 'denoising', LOGIT, false)?.picture.region;

test('a map shows the region that it is of, and a whole one none', () => {
  const last: Region = { layers: [1, 2], positions: [0, 1] };
  expect(boxIn(last, 'resid_post')).toEqual({ rows: [2, 2], columns: [0, 0] });
  expect(boxIn(last, 'z')).toEqual({ rows: [1, 1], columns: [0, 1] });
  expect(boxIn(last, 'q')).toEqual({ rows: [2, 3], columns: [0, 0] });
  const first: Region = { layers: [0, 1], positions: [1, 9] };
  expect(boxIn(first, 'resid_post')).toEqual({ rows: [0, 1], columns: [1, 1] });
  expect(mapOf(fresh).picture.region).toBeUndefined();
});

test('words that are noised are marked on the map, and said', () => {
  const corruption: Corruption = {
    kind: 'noise',
    positions: [1],
    multiple: 3,
    samples: 1,
    seed: 0,
  };
  const noised = emptyResult({ ...DEFAULTS, corruption }, empty.model, withInputSweep);
  const map = mapOf(noised);
  expect(map.picture.noisedColumns).toEqual([false, true]);
  expect(map.picture.strongColumns[1]).toBe(true);
  expect(cellText(noised, map, 'logit', 1, 1)).toBe(
    'not computed: Layer 0, position 1, ·2, noised',
  );
  expect(cellText(noised, map, 'logit', 1, 0)).not.toContain('noised');
  const heads = sceneMap(noised, {}, 'z', 'denoising', LOGIT, false);
  expect(heads?.picture.noisedColumns).toEqual([]);
});

test('of a region it says where every change in it is small', () => {
  const region: Region = { layers: [1, 2], positions: [0, 2] };
  const said = (values: readonly number[]) => {
    const result = logits(restrictedTo(region), 0, 1, values);
    return allSmall(mapOf(result, SHARE), 'logit', region);
  };
  expect(said([2, 2.01])).toBe(
    'No cell of layer 1, positions 0–1 moves it by more than 0.01 of the gap.',
  );
  expect(said([2, 2.5])).toBeUndefined();
  expect(allSmall(mapOf(restrictedTo(region), SHARE), 'logit', region)).toBeUndefined();
});

test('a map says where every change is small, once all of it is exact', () => {
  const small = (values: readonly (readonly number[])[], view = SHARE) => {
    let result = emptyResult(DEFAULTS, empty.model, start);
    values.forEach((row, layer) => (result = logits(result, 0, layer, row)));
    return allSmall(mapOf(result, view), view.metric);
  };
  expect(
    small([
      [2, 2.01],
      [1.99, 2],
    ]),
  ).toBe('No cell moves it by more than 0.01 of the gap.');
  expect(
    small([
      [2, 2.01],
      [1.99, 2.03],
    ]),
  ).toBeUndefined();
  expect(small([[2, 2.01]])).toBeUndefined();
  expect(
    small(
      [
        [2, 2],
        [2, 2],
      ],
      LOGIT,
    ),
  ).toMatch(/^No cell moves it by more than [\d.]+/);
  expect(
    small(
      [
        [2, 2],
        [2, 2],
      ],
      { ...LOGIT, reference: 'raw' },
    ),
  ).toBeUndefined();
});

test('a metric without a first-order map is shown as the default one while there is no other', () => {
  const choice = { ...DEFAULT_CHOICE, metric: 'prob', target: 1 } as const;
  const exact = viewOf(fresh, choice, false);
  expect(exact).toMatchObject({ metric: 'prob', subject: { target: 1 }, standsFor: undefined });
  const first = viewOf(fresh, choice, true);
  if (!first) throw new Error('no view');
  expect(first).toMatchObject({ metric: 'logit_diff', standsFor: 'prob' });
  expect(standInText('prob', first.metric, { target: 0, against: 1 }, start.targets)).toBe(
    '“Probability” has no first-order map: this one is of the logit difference, ·5 against ·6.',
  );
  expect(viewOf(fresh, { ...choice, metric: 'logit' }, true)?.standsFor).toBeUndefined();
  const [one, , whole] = start.targets;
  const of = (targets: typeof start.targets) =>
    viewOf({ ...fresh, start: { ...start, targets } }, choice, true);
  expect(of([one!])).toMatchObject({ metric: 'logit', standsFor: 'prob' });
  // Of a target of several tokens there is none at all.
  expect(of([whole!])).toMatchObject({ metric: 'prob', standsFor: undefined });
});

test('a table says its unit once, a value in each cell, an estimate as “about”, and what is not known', () => {
  const values = Float32Array.of(0.5, 0.25, 0, 0);
  const estimates = {
    [estimateKey({ metric: 'logit', target: 0, against: 0 })]: {
      estimates: [{ sweep: INPUT_SWEEP, values }],
      seconds: 0,
    },
  };
  const result = logits(fresh, 0, 0, [2, 3]);
  const map = sceneMap(result, estimates, 'resid_post', 'denoising', LOGIT, false);
  if (!map) throw new Error('no map');
  const texts = map.picture.rowLabels.map((_, row) => shortText(map, 'logit', row * 2 + 1));
  expect(texts).toEqual(['about +0.25', '+1.00', 'not computed']);
  expect(unitsText(map, 'logit')).toBe('Each value is in logits.');
  expect(unitsText({ ...map, isShare: true }, 'logit')).toBe('Each value is a share of the gap.');
  expect(unitsText(map, 'prob')).toBe('');
  expect(rowsText(result, map)).toBe('Layer');
});
