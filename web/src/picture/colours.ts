/** Value to colour: safe for the colour-blind; diverging with what is neutral in the middle, or sequential. */

import type { ColourRange } from '../result/metrics';
import type { PictureScale } from './picture';
import { labRamp, type Ramp, splineRamp } from './ramp';

export type Theme = 'light' | 'dark';
export type Colour = (value: number) => string;

/** As many as an eye tells apart, and one in the middle: colours are looked up, not mixed for each cell. */
const STEPS = 257;

/** What is beyond 0 and 1 is as its end. */
function ramp(mix: Ramp): Ramp {
  let colours: readonly string[] | undefined;
  return (share) => {
    colours ??= Array.from({ length: STEPS }, (_, step) => mix(step / (STEPS - 1)));
    const within = Math.min(1, Math.max(0, share));
    return colours[Math.round(within * (STEPS - 1))] ?? '';
  };
}

const through = (...colours: string[]) => ramp(labRamp(...colours));

/** ColorBrewer's RdBu. */
const RD_BU = [
  ...['#67001f', '#b2182b', '#d6604d', '#f4a582', '#fddbc7', '#f7f7f7'],
  ...['#d1e5f0', '#92c5de', '#4393c3', '#2166ac', '#053061'],
];

// On a dark page zero is dark, so that what matters shines; the hues are those of RdBu.
const DIVERGING: Record<Theme, Ramp> = {
  light: ramp(splineRamp(...RD_BU)),
  dark: through('#fdc9ad', '#e8714f', '#8a2a33', '#262b36', '#2a5c94', '#4aa3df', '#bfe3f7'),
};

/** The runs' colours: blue for the clean one, orange for the corrupted one. */
const SEQUENTIAL: Record<Theme, Record<'clean' | 'corrupted', Ramp>> = {
  light: {
    clean: through('#edeff3', '#a9c4ea', '#5a8fd8', '#1f5bbd'),
    corrupted: through('#edeff3', '#f0c6a4', '#de8f52', '#b9530f'),
  },
  dark: {
    clean: through('#262b36', '#2a5c94', '#4aa3df', '#bfe3f7'),
    corrupted: through('#262b36', '#8a4a1f', '#e0894a', '#fbdabd'),
  },
};

/** How far along the range a value is; beyond 0 and 1 where it is outside. */
function shareOf(range: ColourRange, value: number): number {
  if (range.kind === 'diverging') return 0.5 + (value - range.centre) / (2 * range.extent);
  const { low, high, log } = range;
  return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

/** Of a diverging range: below the centre is red, above it blue. */
export function colourScale({ range, run }: Omit<PictureScale, 'unit'>, theme: Theme): Colour {
  const colours = range.kind === 'diverging' ? DIVERGING[theme] : SEQUENTIAL[theme][run ?? 'clean'];
  return (value) => colours(shareOf(range, value));
}

/** The value a share of the way along the range, as its legend shows it. */
export function valueAt(range: ColourRange, share: number): number {
  if (range.kind === 'diverging') return range.centre + range.extent * (2 * share - 1);
  const { low, high, log } = range;
  return log ? low * (high / low) ** share : low + (high - low) * share;
}
