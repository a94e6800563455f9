/** The colours between colours, beside those of d3-interpolate. */

import { interpolateLab, interpolateRgbBasis, piecewise } from 'd3-interpolate';
import { expect, test } from 'vitest';

import { labRamp, splineRamp } from '../../web/src/picture/ramp';

const COLOURS = ['#fdc9ad', '#e8714f', '#8a2a33', '#262b36', '#2a5c94', '#4aa3df', '#bfe3f7'];
const SHARES = Array.from({ length: 257 }, (_, step) => step / 256);

test('straight through Lab', () => {
  const theirs = piecewise(interpolateLab, COLOURS);
  expect(SHARES.map(labRamp(...COLOURS))).toEqual(SHARES.map(theirs));
  const two = labRamp('#000000', '#ffff00');
  expect(SHARES.map(two)).toEqual(SHARES.map(interpolateLab('#000000', '#ffff00')));
});

test('along a spline', () => {
  expect(SHARES.map(splineRamp(...COLOURS))).toEqual(SHARES.map(interpolateRgbBasis(COLOURS)));
});
