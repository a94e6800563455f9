/** Value to colour: diverging, safe for the colour-blind, zero in the middle. */

import { interpolateLab, piecewise } from 'd3-interpolate';
import { type ScaleDiverging, scaleDiverging } from 'd3-scale';
import { interpolateRdBu } from 'd3-scale-chromatic';

export type Theme = 'light' | 'dark';

// On a dark page zero is dark, so that what matters shines; the hues are those of RdBu.
const darkRdBu = piecewise(interpolateLab, [
  '#fdc9ad',
  '#e8714f',
  '#8a2a33',
  '#262b36',
  '#2a5c94',
  '#4aa3df',
  '#bfe3f7',
]);

const RAMPS: Record<Theme, (t: number) => string> = { light: interpolateRdBu, dark: darkRdBu };

/** extent: above 0. Negative is red, positive blue. */
export function colourScale(extent: number, theme: Theme): ScaleDiverging<string> {
  return scaleDiverging([-extent, 0, extent], RAMPS[theme]).clamp(true);
}
