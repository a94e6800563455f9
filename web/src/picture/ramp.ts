/**
 * Colours between colours, as d3-interpolate mixes them: a test holds them beside its own. It is a tenth of its size,
 * which everybody who opens the page waits for.
 */

/** From 0 to 1, as `rgb(…)`. */
export type Ramp = (share: number) => string;

type Three = readonly [number, number, number];
type Matrix = readonly [Three, Three, Three];

const channelsOf = (hex: string): Three => {
  const all = Number.parseInt(hex.slice(1), 16);
  return [all >> 16, (all >> 8) & 255, all & 255];
};

const byte = (channel: number) => Math.min(255, Math.max(0, Math.round(channel)));
const rgbText = (channels: Three) => `rgb(${channels.map(byte).join(', ')})`;

const map3 = (three: Three, change: (value: number, index: number) => number): Three => [
  change(three[0], 0),
  change(three[1], 1),
  change(three[2], 2),
];
const times = (matrix: Matrix, [x, y, z]: Three): Three =>
  matrix.map(([a, b, c]) => a * x + b * y + c * z) as unknown as Three;

/** sRGB to XYZ and back, both adapted to D50 (Bradford), the white that Lab is told against. */
const TO_XYZ: Matrix = [
  [0.4360747, 0.3850649, 0.1430804],
  [0.2225045, 0.7168786, 0.0606169],
  [0.0139322, 0.0971045, 0.7141733],
];
const FROM_XYZ: Matrix = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
];
const WHITE: Three = [0.96422, 1, 0.82521];
/** Below it Lab is linear. */
const LINEAR = 6 / 29;

const toLinear = (channel: number) => {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};
const fromLinear = (light: number) =>
  255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);

function labOf(hex: string): Three {
  const [x, y, z] = map3(times(TO_XYZ, map3(channelsOf(hex), toLinear)), (value, i) => {
    const share = value / (WHITE[i] ?? 1);
    return share > LINEAR ** 3 ? Math.cbrt(share) : share / (3 * LINEAR ** 2) + 4 / 29;
  });
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function textOfLab([lightness, a, b]: Three): string {
  const y = (lightness + 16) / 116;
  const xyz = map3([y + a / 500, y, y - b / 200], (value, i) => {
    const share = value > LINEAR ? value ** 3 : 3 * LINEAR ** 2 * (value - 4 / 29);
    return share * (WHITE[i] ?? 1);
  });
  return rgbText(map3(times(FROM_XYZ, xyz), fromLinear));
}

/** Where a share lies between the equally spaced ones of `count`. */
function stretchOf(share: number, count: number): { at: number; within: number } {
  const at = Math.min(count - 2, Math.max(0, Math.floor(share * (count - 1))));
  return { at, within: share * (count - 1) - at };
}

/** Straight in Lab from each colour to the next. */
export function labRamp(...colours: string[]): Ramp {
  const labs = colours.map(labOf);
  return (share) => {
    const { at, within } = stretchOf(share, labs.length);
    const [from, to] = [labs[at] ?? WHITE, labs[at + 1] ?? WHITE];
    return textOfLab(map3(from, (value, i) => value + within * ((to[i] ?? 0) - value)));
  };
}

/** A cubic B-spline through the first and the last colour, along those between. */
export function splineRamp(...colours: string[]): Ramp {
  const points = colours.map(channelsOf);
  const last = points.length - 1;
  const channelAt = (point: number, i: number): number => {
    const of = (at: number) => points[at]?.[i] ?? 0;
    // Beyond the ends it goes on as straight as it came.
    if (point < 0) return 2 * of(0) - of(1);
    return point > last ? 2 * of(last) - of(last - 1) : of(point);
  };
  return (share) => {
    const { at, within: t } = stretchOf(share, points.length);
    const channel = (i: number) =>
      ((1 - t) ** 3 * channelAt(at - 1, i) +
        (4 - 6 * t ** 2 + 3 * t ** 3) * channelAt(at, i) +
        (1 + 3 * t + 3 * t ** 2 - 3 * t ** 3) * channelAt(at + 1, i) +
        t ** 3 * channelAt(at + 2, i)) /
      6;
    return rgbText([channel(0), channel(1), channel(2)]);
  };
}
