/** What is said of texts that are likely to be meant otherwise, and what a click mends. */

import { expect, test } from 'vitest';

import type { PromptNote } from '../../web/src/engine/module';
import { DEFAULTS } from '../../web/src/experiment/defaults';
import type { Experiment } from '../../web/src/experiment/experiment';
import { mended, noteLine } from '../../web/src/tokens/prompt-notes';

const note = (kind: PromptNote['kind'], place: string, after: string): PromptNote => ({
  kind,
  place,
  mended: after,
});

test('one kind is said at a time, and all of it is mended together', () => {
  const notes = [
    note('target-needs-space', 'targets[0]', ' Mary'),
    note('ends-in-space', 'clean', 'a'),
    note('ends-in-space', 'corrupted', 'b'),
  ];
  expect(noteLine(notes)).toMatchObject({ kind: 'ends-in-space', action: 'Take the space away' });
  expect(noteLine(notes)?.notes).toHaveLength(2);
  expect(noteLine(notes.slice(0, 1))).toMatchObject({
    text: 'The target “Mary” has no space before it, with which it would come here.',
    action: 'Measure “·Mary”',
  });
  expect(noteLine([])).toBeUndefined();
});

test('what is right takes its own place', () => {
  const experiment: Experiment = {
    ...DEFAULTS,
    targets: [' a', 'b', { continuation: 'c d' }],
    corruption: { kind: 'mean', prompts: ['x', 'y '] },
  };
  const after = mended(experiment, [
    note('ends-in-space', 'clean', 'C'),
    note('ends-in-space', 'corruption.prompts[1]', 'y'),
    note('target-needs-space', 'targets[1]', ' b'),
    note('target-needs-space', 'targets[2].continuation', ' c d'),
  ]);
  expect(after).toEqual({
    ...experiment,
    clean: 'C',
    targets: [' a', ' b', { continuation: ' c d' }],
    corruption: { kind: 'mean', prompts: ['x', 'y'] },
  });
});
