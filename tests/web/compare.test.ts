import { expect, test } from 'vitest';

import {
  type Compared,
  correlation,
  settingsThatDiffer,
  whyNoDifference,
} from '../../web/src/history/compare';
import { copyOf, type LabResult } from '../../web/src/result/result';
import { exampleResult, START } from './example-result';

const compared = (result: LabResult): Compared => {
  const [sweep] = result.sweeps;
  if (!sweep) throw new Error('no sweep');
  return { result, sweep };
};
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

test('where shapes differ it is said why', () => {
  const info = a.sweep.info;
  const like = (change: object) => ({ ...a, sweep: { ...a.sweep, info: { ...info, ...change } } });
  expect(whyNoDifference(a, like({ rows: 3 }))).toContain('2 and 3 layers');
  expect(whyNoDifference(a, like({ columns: 5 }))).toContain('2 tokens, the other 5');
  expect(whyNoDifference(a, like({ axes: 'head' }))).toContain('positions, the other of heads');
  expect(whyNoDifference(a, like({ rows: 3, columns: 5 }))).toContain('2 × 2 cells');
});

test('correlation is 1 for the same shape and leaves out what is unknown', () => {
  expect(correlation(Float32Array.of(1, 2, NaN, 3), Float32Array.of(2, 4, 9, 6))).toBeCloseTo(
    1,
    12,
  );
  expect(correlation(Float32Array.of(1, 2), Float32Array.of(2, 1))).toBeCloseTo(-1, 12);
});

test('a copy says all that the result says, and goes its own way', () => {
  const result: LabResult = { ...exampleResult(), lacks: ['entropy', 'not_finite'] };
  const copy = copyOf(result);
  expect(copy).toEqual(result);
  result.sweeps[0]?.measures.values.fill(7);
  expect(copy).not.toEqual(result);
});
