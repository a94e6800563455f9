import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import type { ExperimentStart, SweepInfo } from '../../web/src/engine/module';
import { DEFAULTS } from '../../web/src/experiment/defaults';
import type { Experiment } from '../../web/src/experiment/experiment';
import { expectedSeconds, RunClock, workOf } from '../../web/src/state/time-left';
import { START } from './example-result';

interface Trace {
  name: string;
  document: Partial<Experiment>;
  blockRows: number;
  sweeps: Omit<SweepInfo, 'blockRows'>[];
  targets: number[][];
  rows: [cells: number, blockRowsDone: number, seconds: number][];
}

const file = fileURLToPath(new URL('run-traces/gpt2-shaped.json', import.meta.url));
const { model, runs } = JSON.parse(readFileSync(file, 'utf8')) as {
  model: { nLayer: number; nHead: number; dModel: number; vocabSize: number };
  runs: Trace[];
};

const startOf = ({ blockRows, sweeps, targets }: Trace): ExperimentStart => ({
  ...START,
  blockRows,
  sweeps: sweeps.map((sweep) => ({ ...sweep, blockRows: 0 })),
  targets: targets.map((ids) => ({ text: '', tokens: ids.map((id) => ({ id, text: '' })) })),
});
const experimentOf = ({ document }: Trace): Experiment => ({ ...DEFAULTS, ...document });
const secondsOf = ({ rows }: Trace) => rows.reduce((sum, [, , seconds]) => sum + seconds, 0);

/** After each row: how much of the time had passed, and how what was told compares with what was left. */
function told(run: Trace): { passed: number; factor: number }[] {
  const clock = new RunClock(workOf(startOf(run), experimentOf(run), model));
  const whole = secondsOf(run);
  let passed = 0;
  return run.rows.slice(0, -1).map(([cells, done, seconds]) => {
    passed += seconds;
    clock.add(cells, done, passed);
    return { passed: passed / whole, factor: (clock.secondsLeft ?? NaN) / (whole - passed) };
  });
}

test('there are runs of every kind', () => {
  expect(runs).toHaveLength(10);
  expect(runs.some(({ rows }) => rows.length > 100)).toBe(true);
});

describe.each(runs)('of $name', (run) => {
  test('from its first tenth to its last the time left is told within a factor of 1.5', () => {
    const asked = told(run).filter(({ passed }) => passed >= 0.1 && passed <= 0.9);
    expect(asked.length).toBeGreaterThan(0);
    for (const { passed, factor } of asked) {
      expect(factor, `after ${passed.toFixed(2)}`).toBeGreaterThan(1 / 1.5);
      expect(factor, `after ${passed.toFixed(2)}`).toBeLessThan(1.5);
    }
  });

  test('all of its work is done at its end', () => {
    const { whole, ofCell } = workOf(startOf(run), experimentOf(run), model);
    const cells = run.rows.reduce((sum, [count]) => sum + count, 0);
    expect((run.rows.at(-1)?.[1] ?? 0) + ofCell * cells).toBeCloseTo(whole, 0);
  });

  test.each(runs.filter((other) => other !== run))(
    'the pace of $name foretells it within a factor of 1.5',
    (other) => {
      const clock = new RunClock(workOf(startOf(other), experimentOf(other), model));
      const cells = other.rows.reduce((sum, [count]) => sum + count, 0);
      clock.add(cells, other.rows.at(-1)?.[1] ?? 0, secondsOf(other));
      const expected = expectedSeconds(startOf(run), experimentOf(run), model, clock.pace) ?? NaN;
      expect(expected / secondsOf(run)).toBeGreaterThan(1 / 1.5);
      expect(expected / secondsOf(run)).toBeLessThan(1.5);
    },
  );
});

test('before the first row nothing is told, and after the last one nothing is left', () => {
  const clock = new RunClock({ whole: 100, ofCell: 10 });
  expect(clock.secondsLeft).toBeUndefined();
  clock.add(5, 0, 2);
  expect(clock.secondsLeft).toBe(2);
  clock.add(0, 50, 7);
  expect(clock.secondsLeft).toBe(0);
});

test('rows that are known from a run before cost their answers alone', () => {
  const start = { ...START, blockRows: 0 };
  expect(workOf(start, DEFAULTS, { ...model, nLayer: 2, nHead: 2 })).toEqual({
    whole: 4 * (50_257 / (12 * 768)),
    ofCell: 50_257 / (12 * 768),
  });
});

test('a model that nobody has seen compute is foretold nothing, and nothing to do takes no time', () => {
  expect(expectedSeconds(START, DEFAULTS, model, undefined)).toBeUndefined();
  expect(expectedSeconds({ ...START, blockRows: 0, sweeps: [] }, DEFAULTS, model, undefined)).toBe(
    0,
  );
});
