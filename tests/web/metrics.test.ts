import { expect, test } from 'vitest';

import {
  availableMetrics,
  availableReferences,
  colourRange,
  type Metric,
  pairOf,
  type Reference,
  scalingOf,
  shownMetric,
  subjectsOf,
} from '../../web/src/result/metrics';
import { withRow } from '../../web/src/result/result';
import { shownValues } from '../../web/src/result/shown';
import { empty, rowOf, start } from './lab-result';
import { tableOf } from './measure-tables';

/** Denoising and noising, of which the last layer is known. */
const [denoising, noising] = withRow(withRow(empty, rowOf(0, 1)), rowOf(1, 1)).sweeps;
if (!denoising || !noising) throw new Error('no sweeps');

const PAIR = { target: 0, against: 1 };
const NOT_YET = [NaN, NaN];
const prompt = { corruption: { kind: 'prompt' } } as const;
const zero = { corruption: { kind: 'zero' } } as const;

const values = (metric: Metric, reference: Reference, sweep = denoising) => [
  ...shownValues(start, sweep, metric, reference, PAIR).values,
];

test('each metric is read from the same rows', () => {
  expect(values('prob', 'raw')).toEqual([...NOT_YET, 0.5, 0.75]);
  expect(values('log_prob', 'raw')).toEqual([...NOT_YET, -1, -0.25]);
  expect(values('logit', 'raw')).toEqual([...NOT_YET, 3, 4]);
  expect(values('rank', 'raw')).toEqual([...NOT_YET, 2, 1]);
  expect(values('kl', 'raw')).toEqual([...NOT_YET, 0.25, 0]);
  // 3 - 2, 4 - 1
  expect(values('logit_diff', 'raw')).toEqual([...NOT_YET, 1, 3]);
});

test('a difference is from the run that it names', () => {
  expect(values('prob', 'corrupted')).toEqual([...NOT_YET, 0.25, 0.5]);
  expect(values('prob', 'clean')).toEqual([...NOT_YET, -0.25, 0]);
  expect(values('logit_diff', 'corrupted')).toEqual([...NOT_YET, 2, 4]);
});

test('the unpatched run is the corrupted one in denoising, the clean one in noising', () => {
  expect(values('prob', 'unpatched')).toEqual(values('prob', 'corrupted'));
  expect(values('prob', 'unpatched', noising)).toEqual(values('prob', 'clean', noising));
});

test('a share of the gap is 0 at the corrupted run and 1 at the clean one', () => {
  expect(values('prob', 'share')).toEqual([...NOT_YET, 0.5, 1]);
  // The gap is (4 - 1) - (2 - 3).
  expect(values('logit_diff', 'share')).toEqual([...NOT_YET, 0.5, 1]);
});

test('a gap too small to divide by is flagged, and raw values are shown', () => {
  const alike = { ...start, clean: tableOf(3, 1, { prob: [0.251, 0, 0] }) };
  const shown = shownValues(alike, denoising, 'prob', 'share', PAIR);
  expect([...shown.values]).toEqual([...NOT_YET, 0.5, 0.75]);
  expect(shown.flag).toContain('less than 0.01');
  expect(shown.isShare).toBe(false);
  const unknown = { ...start, clean: tableOf(3, 1, {}) };
  expect(shownValues(unknown, denoising, 'prob', 'share', PAIR).flag).toBeDefined();
});

test('several tokens have no logit and no rank', () => {
  expect(availableMetrics(start.targets)).toContain('logit_diff');
  const whole = start.targets.slice(2);
  expect(availableMetrics(whole)).toEqual(['prob', 'log_prob', 'kl', 'entropy']);
  expect(subjectsOf('rank', PAIR, start.targets).map(({ target }) => target)).toEqual([0, 1]);
  expect(subjectsOf('prob', PAIR, start.targets).map(({ target }) => target)).toEqual([0, 1, 2]);
  expect(subjectsOf('kl', PAIR, start.targets)).toHaveLength(1);
});

test('two targets are shown as their logit difference unless a person chose', () => {
  expect(shownMetric(undefined, start.targets)).toBe('logit_diff');
  expect(shownMetric(undefined, start.targets.slice(0, 1))).toBe('prob');
  expect(shownMetric('rank', start.targets)).toBe('rank');
  expect(shownMetric('logit_diff', start.targets.slice(0, 1))).toBe('logit');
  expect(shownMetric('logit', start.targets.slice(2))).toBe('prob');
});

test('a pair is of two different single tokens', () => {
  expect(pairOf({ target: 1, against: 0 }, start.targets)).toEqual({ target: 1, against: 0 });
  expect(pairOf({ target: 2, against: 0 }, start.targets)).toEqual(PAIR);
  expect(pairOf({ target: 1, against: 1 }, start.targets)).toEqual(PAIR);
});

test('an ablation has no corrupted run to compare with', () => {
  expect(availableReferences('prob', zero)).toEqual(['unpatched', 'clean', 'raw']);
  expect(availableReferences('rank', prompt)).not.toContain('share');
  expect(availableReferences('kl', prompt)).toEqual(['raw']);
});

test('an estimate fills what is not computed, and only that', () => {
  const estimate = Float32Array.of(0.5, -0.5, 7, 7);
  const shown = shownValues(start, denoising, 'logit_diff', 'unpatched', PAIR, estimate);
  expect([...shown.values]).toEqual([0.5, -0.5, 2, 4]);
  expect(shown.states).toEqual(['estimated', 'estimated', 'exact', 'exact']);
  // −1 is the corrupted run's logit difference.
  const raw = shownValues(start, denoising, 'logit_diff', 'raw', PAIR, estimate);
  expect([...raw.values]).toEqual([-0.5, -1.5, 1, 3]);
});

test('what is not finite, not computed, estimated and exact are four states', () => {
  const sweep = { ...denoising, notFinite: Uint8Array.of(0, 0, 1, 0) };
  const estimate = Float32Array.of(NaN, 0.5, 0.5, 0.5);
  const shown = shownValues(start, sweep, 'logit_diff', 'unpatched', PAIR, estimate);
  expect(shown.states).toEqual(['not computed', 'estimated', 'not finite', 'exact']);
  const infinite = shownValues(
    start,
    denoising,
    'logit_diff',
    'raw',
    PAIR,
    new Float32Array(4).fill(Infinity),
  );
  expect(infinite.states.slice(0, 2)).toEqual(['not computed', 'not computed']);
});

const range = (metric: Metric, reference: Reference, ...cells: number[]) =>
  colourRange(
    Float32Array.from(cells),
    metric,
    scalingOf(start, denoising.info, metric, reference, PAIR),
  );

test('differences diverge around zero, and small ones are not blown up', () => {
  expect(range('prob', 'corrupted', NaN, 0.25, -0.5)).toEqual({
    kind: 'diverging',
    centre: 0,
    extent: 0.5,
  });
  expect(range('prob', 'corrupted', 0.0001)).toMatchObject({ extent: 0.01 });
  expect(range('logit', 'corrupted', NaN)).toMatchObject({ extent: 0.1 });
});

test('shares diverge around what no patch gives: 0 in denoising, 1 in noising', () => {
  expect(range('prob', 'share', 0.5)).toMatchObject({ centre: 0, extent: 0.5 });
  const scaling = scalingOf(start, noising.info, 'prob', 'share', PAIR);
  expect(colourRange(Float32Array.of(1, 0), 'prob', scaling)).toMatchObject({
    centre: 1,
    extent: 1,
  });
});

test('raw values, ranks and divergences are sequential', () => {
  expect(range('prob', 'raw', 0.5, 0.75)).toMatchObject({ kind: 'sequential', low: 0, high: 0.75 });
  expect(range('logit', 'raw', 3, 7)).toMatchObject({ low: 3, high: 7, log: false });
  expect(range('rank', 'raw', 2, 500)).toMatchObject({ low: 1, high: 500, log: true });
  expect(range('kl', 'raw', NaN)).toMatchObject({ kind: 'sequential', low: 0 });
});
