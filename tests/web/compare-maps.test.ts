import { expect, test } from 'vitest';

import type { ExperimentStart, SweepInfo } from '../../web/src/engine/module';
import { DEFAULTS } from '../../web/src/experiment/defaults';
import { emptyResult, type LabResult, withRow } from '../../web/src/result/result';
import {
  comparedMaps,
  differencePicture,
  sharedReferences,
  type SharedView,
  type Side,
} from '../../web/src/scene/compare-maps';
import { empty, rowOf, start } from './lab-result';
import { tableOf } from './measure-tables';

const VIEW: SharedView = {
  metric: 'logit',
  reference: 'unpatched',
  subject: { target: 0, against: 0 },
};
const [info] = start.sweeps;
const input: SweepInfo = { ...(info as SweepInfo), site: 'resid_pre', endLayer: 1 };
const startOf = (hasInput: boolean): ExperimentStart => ({
  ...start,
  sweeps: hasInput ? [...start.sweeps, input] : start.sweeps,
});

/** rows: the first target's logits after each layer, and what entered the first; the corrupted run has 2, the clean one 4. */
function side(name: string, rows: number[][], entered?: number[]): Side {
  let result: LabResult = emptyResult(DEFAULTS, empty.model, startOf(entered !== undefined));
  const put = (sweep: number, layer: number, values: readonly number[]) => {
    const given = { logit: [...values, 0, 0, 0, 0], kl: [0, 0] };
    result = withRow(result, { ...rowOf(sweep, layer), measures: tableOf(3, 2, given) });
  };
  rows.forEach((values, layer) => {
    put(0, layer, values);
  });
  if (entered) put(start.sweeps.length, 0, entered);
  const sweep = result.sweeps[0];
  if (!sweep) throw new Error('no sweep');
  return { name, result, estimates: {}, sweep };
}

const LAYERS = [
  [2, 3],
  [2, 2.5],
];
const a = side('one', LAYERS, [6, 2]);
const b = side(
  'other',
  [
    [2, 2.25],
    [3, 2],
  ],
  [2, 2],
);

function compared(sides: [Side, Side], view = VIEW) {
  const maps = comparedMaps(sides, view);
  const [first, second] = maps;
  if (!first || !second) throw new Error('no maps');
  return { first, second, difference: differencePicture(sides, [first, second], view, []) };
}

test('two maps are shown as the scene shows them, the input above, on one scale', () => {
  const { first, second } = compared([a, b]);
  expect(first.picture.rowLabels).toEqual(['input', '0', '1']);
  expect([...first.picture.values]).toEqual([4, 0, 0, 1, 0, 0.5]);
  expect([...second.picture.values]).toEqual([0, 0, 0, 0.25, 1, 0]);
  expect(first.picture.scale.range).toMatchObject({ kind: 'diverging', centre: 0, extent: 4 });
  expect(second.picture.scale.range).toEqual(first.picture.scale.range);
});

test('both maps and their difference begin where the prompts differ, as the scene does', () => {
  const { first, second, difference } = compared([a, b]);
  expect([first.picture.from, second.picture.from]).toEqual(['change', 'change']);
  expect(difference).toMatchObject({ from: 'change' });
});

test('the reference is the one that was chosen: a share of the gap, or the value itself', () => {
  const share = compared([a, b], { ...VIEW, reference: 'share' });
  expect([...share.first.picture.values]).toEqual([2, 0, 0, 0.5, 0, 0.25]);
  expect(share.first.picture.scale.unit).toBe('of the gap');
  const raw = compared([a, b], { ...VIEW, reference: 'raw' });
  expect([...raw.first.picture.values]).toEqual([6, 2, 2, 3, 2, 2.5]);
  expect(typeof raw.difference === 'object' && [...raw.difference.values]).toEqual([
    4, 0, 0, 0.75, -1, 0.5,
  ]);
});

test('where one of them has no gap, both show what a patch changes', () => {
  const flat = side('flat', LAYERS, [2, 2]);
  const same = { ...flat.result.start, corrupted: flat.result.start.clean };
  const other = { ...flat, result: { ...flat.result, start: same } };
  const { first, second } = compared([a, other], { ...VIEW, reference: 'share' });
  expect([first.isShare, second.isShare]).toEqual([false, false]);
  expect([...first.picture.values]).toEqual([4, 0, 0, 1, 0, 0.5]);
});

test('the difference is taken cell by cell, the input’s row from the input’s', () => {
  const { difference } = compared([a, b]);
  expect(typeof difference === 'object' && [...difference.values]).toEqual([
    4, 0, 0, 0.75, -1, 0.5,
  ]);
  expect(typeof difference === 'object' && difference.rowLabels).toEqual(['input', '0', '1']);
});

test('the difference says what each of the two shows, where their targets are not the same', () => {
  const captionOf = (other: Side) => {
    const { difference } = compared([a, other]);
    return typeof difference === 'object' && difference.caption[0];
  };
  expect(captionOf(b)).toBe('Logit of ·5: what A shows, minus what B shows.');
  const targets = b.result.start.targets.map((target) => ({
    ...target,
    text: ` not${target.text}`,
  }));
  const other = { ...b, result: { ...b.result, start: { ...b.result.start, targets } } };
  expect(captionOf(other)).toBe(
    'A: Logit of ·5; B: Logit of ·not·5: what A shows, minus what B shows.',
  );
});

test('an input that only one of them shows has no difference, and what is not computed neither', () => {
  const { difference } = compared([
    a,
    side(
      'without',
      [
        [2, 2],
        [2, 2],
      ].slice(0, 1),
    ),
  ]);
  if (typeof difference !== 'object') throw new Error(difference);
  expect(difference.rowLabels).toEqual(['0', '1']);
  expect([...difference.values]).toEqual([0, 1, NaN, NaN]);
  expect(difference.states).toEqual(['exact', 'exact', 'not computed', 'not computed']);
});

test('they are shown as both can be: an ablation restores no share of a gap', () => {
  const corruption = { kind: 'zero' } as const;
  const ablated = { ...b, result: { ...b.result, experiment: { ...DEFAULTS, corruption } } };
  expect(sharedReferences('prob', [a, b])).toContain('share');
  expect(sharedReferences('prob', [a, ablated])).toEqual(['unpatched', 'clean', 'raw']);
});
