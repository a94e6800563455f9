/** Value to colour: safe for the colour-blind; diverging with what is neutral in the middle, or sequential. */

import { interpolateLab, piecewise } from 'd3-interpolate';
import { scaleDiverging, scaleSequential, scaleSequentialLog } from 'd3-scale';
import { interpolateBlues, interpolateRdBu } from 'd3-scale-chromatic';

import type { ColourRange } from './metrics';

export type Theme = 'light' | 'dark';
export type Colour = (value: number) => string;

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
const darkBlues = piecewise(interpolateLab, ['#262b36', '#2a5c94', '#4aa3df', '#bfe3f7']);

const DIVERGING: Record<Theme, (t: number) => string> = { light: interpolateRdBu, dark: darkRdBu };
const SEQUENTIAL: Record<Theme, (t: number) => string> = {
  light: interpolateBlues,
  dark: darkBlues,
};

/** Of a diverging range: below the centre is red, above it blue. */
export function colourScale(range: ColourRange, theme: Theme): Colour {
  if (range.kind === 'diverging') {
    const { centre, extent } = range;
    return scaleDiverging([centre - extent, centre, centre + extent], DIVERGING[theme]).clamp(true);
  }
  const scale = range.log ? scaleSequentialLog : scaleSequential;
  return scale([range.low, range.high], SEQUENTIAL[theme]).clamp(true);
}

/** The value a share of the way along the range, as its legend shows it. */
export function valueAt(range: ColourRange, share: number): number {
  if (range.kind === 'diverging') return range.centre + range.extent * (2 * share - 1);
  const { low, high, log } = range;
  return log ? low * (high / low) ** share : low + (high - low) * share;
}
