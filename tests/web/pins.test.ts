import { expect, test } from 'vitest';

import {
  type Compared,
  correlation,
  differenceOf,
  settingsThatDiffer,
  sharedColumns,
  whyNoDifference,
} from '../../web/src/pins/compare';
import { PinShelf } from '../../web/src/pins/pin-shelf.svelte';
import type { LabResult } from '../../web/src/heatmap/result';
import { exampleResult, START } from './example-result';
import { probabilities } from './measure-tables';

const compared = (result: LabResult): Compared => {
  const [sweep] = result.sweeps;
  if (!sweep) throw new Error('no sweep');
  return { result, sweep };
};
const VIEW = { metric: 'prob', reference: 'unpatched', target: 0, against: 0 } as const;
const a = compared(exampleResult());

test('settings that differ are named, and none of equal results', () => {
  expect(settingsThatDiffer(a, compared(exampleResult()))).toEqual([]);
  const other = exampleResult({ clean: 'Brown a', window: 3, targets: [' Brown'] });
  const model = { ...other.model, label: 'GPT-2 XL', dtype: 'f16' as const };
  expect(settingsThatDiffer(a, compared({ ...other, model }))).toEqual([
    { name: 'model', a: 'GPT-2 small', b: 'GPT-2 XL' },
    { name: 'weights in', a: 'f32', b: 'f16' },
    { name: 'clean prompt', a: 'Jones a', b: 'Brown a' },
    { name: 'targets', a: '" Jones", " Smith"', b: '" Brown"' },
    { name: 'layers patched together', a: '1', b: '3' },
  ]);
});

test('corruptions and directions are told', () => {
  const [info] = START.sweeps;
  if (!info) throw new Error('no sweep');
  const noised = exampleResult(
    { corruption: { kind: 'noise', positions: [1, 2], multiple: 3, samples: 5, seed: 0 } },
    { sweeps: [{ ...info, direction: 'noising' }] },
  );
  const names = settingsThatDiffer(a, compared(noised)).map(({ name }) => name);
  expect(names).toEqual(['corrupted prompt', 'direction', 'corruption']);
});

test('a difference is taken cell by cell, of what each patch changed', () => {
  // The same values, against a corrupted run that was 0.125 more probable.
  const corrupted = probabilities(0.375, 0.5);
  const b = compared(exampleResult({}, { corrupted }));
  expect(whyNoDifference(a, b)).toBeUndefined();
  const values = differenceOf(a, b, VIEW);
  expect(values[0]).toBeNaN();
  expect(values[2]).toBeCloseTo(0.125, 6);
  expect(values[3]).toBeCloseTo(0.125, 6);
});

test('where shapes differ it is said why', () => {
  const info = a.sweep.info;
  const like = (change: object) => ({ ...a, sweep: { ...a.sweep, info: { ...info, ...change } } });
  expect(whyNoDifference(a, like({ rows: 3 }))).toContain('2 and 3 layers');
  expect(whyNoDifference(a, like({ columns: 5 }))).toContain('2 tokens, the other 5');
  expect(whyNoDifference(a, like({ axes: 'head' }))).toContain('positions, the other of heads');
  expect(whyNoDifference(a, like({ rows: 3, columns: 5 }))).toContain('2 × 2 cells');
});

test('columns show both prompts where they differ', () => {
  const b = compared(
    exampleResult(
      {},
      {
        tokensClean: [
          { id: 9, text: 'Brown' },
          { id: 2, text: ' a' },
        ],
      },
    ),
  );
  expect(sharedColumns(a, b).labels).toEqual(['Jones / Smith,·"x" | Brown / Smith,·"x"', '·a']);
});

test('correlation is 1 for the same shape and leaves out what is unknown', () => {
  expect(correlation(Float32Array.of(1, 2, NaN, 3), Float32Array.of(2, 4, 9, 6))).toBeCloseTo(
    1,
    12,
  );
  expect(correlation(Float32Array.of(1, 2), Float32Array.of(2, 1))).toBeCloseTo(-1, 12);
});

test('a pin is a copy that later rows do not change', () => {
  const shelf = new PinShelf();
  const result = exampleResult();
  const pin = shelf.add(result, '  ');
  shelf.add(result, 'second');
  result.sweeps[0]?.measures.values.fill(0);
  expect(pin.name).toBe('Pin 1');
  expect(pin.result.sweeps[0]?.measures.values[2]).toBeCloseTo(0.1, 6);
  shelf.rename(pin.id, 'first');
  expect(shelf.pins.map(({ name }) => name)).toEqual(['first', 'second']);
  shelf.remove(pin.id);
  expect(shelf.pins.map(({ name }) => name)).toEqual(['second']);
});
