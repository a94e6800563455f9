/** The ink that can be read on a colour. */

const WEIGHTS = [0.2126, 0.7152, 0.0722];

/** colour: `rgb(…)` or `#rrggbb`. Relative luminance as WCAG 2 defines it, 0 to 1. */
export function luminance(colour: string): number {
  const channels = colour.startsWith('#')
    ? [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
    : (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  return channels.reduce((sum, channel, i) => {
    const share = channel / 255;
    const linear = share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    return sum + linear * (WEIGHTS[i] ?? 0);
  }, 0);
}

/** Black or white, whichever has more contrast on `colour`. */
export function inkOn(colour: string): string {
  return luminance(colour) > 0.179 ? '#000000' : '#ffffff';
}
