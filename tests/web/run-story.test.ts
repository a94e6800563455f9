import { expect, test } from 'vitest';

import { withRow } from '../../web/src/result/result';
import { runStory, workText } from '../../web/src/views/run-story';
import { empty, rowOf } from './lab-result';

const RUN = {
  status: 'done' as const,
  hasBegun: true,
  waitsFor: undefined,
  result: withRow(empty, rowOf(0, 1)),
  estimates: {},
  secondsLeft: 1,
  seconds: 0.416,
  isKnown: false,
  cameFrom: 'run' as const,
  engine: undefined,
};
const story = (change: object) => runStory({ ...RUN, ...change });
/** Of a sweep of 2 × 2, one of noising, one of 2 × 2 heads, one of 4 × 2 heads by position. */
const CELLS = 4 + 4 + 4 + 8;

test('a run tells cells and time, and nothing of how they are computed', () => {
  expect(story({})).toBe(`All ${CELLS} cells in 0.42 s.`);
  expect(story({ seconds: 26.4 })).toBe(`All ${CELLS} cells in 26 s.`);
  expect(story({ seconds: 600 })).toBe(`All ${CELLS} cells in 10 min.`);
  expect(story({ status: 'running' })).toBe(`2 of ${CELLS} cells…`);
  expect(story({ status: 'running', secondsLeft: 26 })).toBe(
    `2 of ${CELLS} cells, about 26 s left…`,
  );
  expect(story({ status: 'cancelled' })).toBe(
    `Cancelled after 2 of ${CELLS} cells in 0.42 s. Run again goes on from here.`,
  );
});

test('of a region its own cells are counted, of heads at all positions all of a row', () => {
  const experiment = {
    ...empty.experiment,
    region: { layers: [0, 1] as [number, number], positions: [1, 2] as [number, number] },
  };
  const sweeps = empty.sweeps.map((sweep) => ({ ...sweep, info: { ...sweep.info, endLayer: 1 } }));
  expect(story({ result: { ...empty, experiment, sweeps } })).toBe('All 6 cells in 0.42 s.');
});

test('what was known already, what was saved and what is not there is told as that', () => {
  expect(story({ isKnown: true })).toContain('all known from the run before');
  expect(story({ cameFrom: 'file' })).toBe('Numbers from a file, as they were saved.');
  // Of a file with gaps, what fills them is not taken for the file's.
  const filled = { cameFrom: 'file', estimates: { 'logit 0 0': { estimates: [], seconds: 0 } } };
  expect(story(filled)).toBe(
    'Numbers from a file, as they were saved. Hatched cells are not in it: first-order estimates, made here.',
  );
  expect(story({ cameFrom: 'history' })).toContain('M in f32, which is not in use');
  expect(story({ result: undefined })).toBe('');
  expect(story({ waitsFor: 'the report' })).toBe('Waits for the report.');
});

test('the work is told with what one run for each patch would need', () => {
  expect(workText(RUN)).toContain(
    '4 block-rows, where one run for each patch would need 64 (4.0 times as many).',
  );
  expect(workText({ ...RUN, status: 'cancelled' })).toMatch(/^4 block-rows\. /);
  expect(workText({ ...RUN, cameFrom: 'file' })).toBeUndefined();
});
