/** The basic example, and the native command's numbers for it, as any browser must show them. */

import { expect } from '@playwright/test';

import type { Cell } from './cells';
import type { SweepOutput } from './command';

export const BASIC = {
  clean: 'Michelle Jones was a top-notch student. Michelle',
  corrupted: 'Michelle Smith was a top-notch student. Michelle',
  targets: [' Jones', ' Smith'],
};

/** native: of the basic example on the model that the cells are of. */
export function expectNative(cells: readonly Cell[], native: SweepOutput): void {
  expect(cells).toHaveLength(native.prob.flat(2).length);
  for (const { target, layer, position, prob, logit } of cells) {
    const index = BASIC.targets.indexOf(target);
    const expected = native.prob[index]?.[layer]?.[position] ?? NaN;
    expect(Math.abs(prob - expected)).toBeLessThanOrEqual(1e-5);
    const expectedLogit = native.logit[index]?.[layer]?.[position] ?? NaN;
    expect(Math.abs(logit - expectedLogit)).toBeLessThanOrEqual(1e-3);
  }
}
