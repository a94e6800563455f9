/** The pixels of the map, held against the native command's numbers and d3's colours. */

import { writeFileSync } from 'node:fs';

import type { Locator } from '@playwright/test';
import { interpolateLab, interpolateRgbBasis, piecewise } from 'd3-interpolate';

import { BASIC } from './basic-numbers';
import { patchExperiment } from './command';
import { EMBEDDED, LAYERS } from './models';
import { expect, test } from './patchboard-page';

/** Of 255, in each channel: the page has 257 colours, and rounds the numbers that it is given. */
const TOLERANCE = 4;
/** From a cell's edges, beyond the gap between cells and the frame of the chosen one; far from its text. */
const INSET = 8;
const SIZES = { wide: { width: 1280, height: 720 }, tall: { width: 820, height: 1180 } };

// ColorBrewer's RdBu, and the page's own colours.
const RD_BU = [
  ...['#67001f', '#b2182b', '#d6604d', '#f4a582', '#fddbc7', '#f7f7f7'],
  ...['#d1e5f0', '#92c5de', '#4393c3', '#2166ac', '#053061'],
];
const DARK = ['#fdc9ad', '#e8714f', '#8a2a33', '#262b36', '#2a5c94', '#4aa3df', '#bfe3f7'];
const CLEAN = ['#edeff3', '#a9c4ea', '#5a8fd8', '#1f5bbd'];
const CORRUPTED_DARK = ['#262b36', '#8a4a1f', '#e0894a', '#fbdabd'];

type Colours = (share: number) => string;
type Values = (readonly number[])[];
type Rgb = readonly number[];

interface Case {
  name: string;
  query: string;
  colorScheme: 'light' | 'dark';
  direction: 'denoising' | 'noising';
  colours: Colours;
  /** Of the command's numbers: [row][column], from 0 to 1 along the colours. */
  shares: (sweeps: Sweeps) => Values;
}

/** [target][row][column] and [target], in logits or as probabilities. */
interface Sweeps {
  logit: number[][][];
  prob: number[][][];
  clean: number[];
  corrupted: number[];
}

/** In the middle is `centre`, and as far to both sides as the farthest value. */
function diverging(values: Values, centre: number): Values {
  const extent = Math.max(0.1, ...values.flat().map((value) => Math.abs(value - centre)));
  return values.map((row) => row.map((value) => 0.5 + (value - centre) / extent / 2));
}

const gapShares =
  (centre: number) =>
  ({ logit, clean, corrupted }: Sweeps): Values => {
    const difference = ([of = 0, against = 0]: readonly number[]) => of - against;
    const base = difference(corrupted);
    const shares = logit[0]?.map((row, at) =>
      row.map(
        (value, column) =>
          (difference([value, logit[1]?.[at]?.[column] ?? NaN]) - base) /
          (difference(clean) - base),
      ),
    );
    return diverging(shares ?? [], centre);
  };

function probabilities({ prob }: Sweeps): Values {
  const most = Math.max(...(prob[0]?.flat() ?? []));
  return (prob[0] ?? []).map((row) => row.map((value) => value / most));
}

const CASES: Case[] = [
  {
    name: 'share of the gap, denoising, light',
    query: '?reference=share',
    colorScheme: 'light',
    direction: 'denoising',
    colours: interpolateRgbBasis(RD_BU),
    shares: gapShares(0),
  },
  {
    name: 'share of the gap, noising, dark',
    query: '?reference=share&direction=noising',
    colorScheme: 'dark',
    direction: 'noising',
    colours: piecewise(interpolateLab, DARK),
    shares: gapShares(1),
  },
  {
    name: 'probability, denoising, light',
    query: '?metric=prob&reference=raw',
    colorScheme: 'light',
    direction: 'denoising',
    colours: piecewise(interpolateLab, CLEAN),
    shares: probabilities,
  },
  {
    name: 'probability, noising, dark',
    query: '?metric=prob&reference=raw&direction=noising',
    colorScheme: 'dark',
    direction: 'noising',
    colours: piecewise(interpolateLab, CORRUPTED_DARK),
    shares: probabilities,
  },
];

/** The command's numbers, with the input's row above. */
function sweepsOf(direction: Case['direction']): Sweeps {
  const { results } = patchExperiment(EMBEDDED, {
    ...BASIC,
    directions: [direction],
    sites: ['resid_post', { site: 'resid_pre', layers: [0, 1] }],
  }) as unknown as {
    results: {
      clean: { logit: number[] };
      corrupted: { logit: number[] };
      sweeps: { logit: number[][][]; prob: number[][][] }[];
    };
  };
  const [stream, input] = results.sweeps;
  const whole = (of: 'logit' | 'prob') =>
    BASIC.targets.map((_, target) => [
      ...(input?.[of][target]?.slice(0, 1) ?? []),
      ...(stream?.[of][target] ?? []),
    ]);
  return {
    logit: whole('logit'),
    prob: whole('prob'),
    clean: results.clean.logit,
    corrupted: results.corrupted.logit,
  };
}

/** Colours of points of the canvas, in pixels of the page from its corner. */
function pixels(canvas: Locator, points: readonly (readonly [number, number])[]): Promise<Rgb[]> {
  return canvas.evaluate((element, at) => {
    const { width, height, clientWidth } = element as HTMLCanvasElement;
    const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    copy?.drawImage(element as HTMLCanvasElement, 0, 0);
    const ratio = width / clientWidth;
    return at.map(([x, y]) => {
      const data = copy?.getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, 1).data;
      return [...(data ?? [])].slice(0, 3);
    });
  }, points);
}

const rgbOf = (text: string): Rgb => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);

/** Each corner of each cell that has another colour than its own. */
async function wrong(canvas: Locator, expected: readonly (readonly Rgb[])[]): Promise<string[]> {
  const cells = ((await canvas.getAttribute('data-cells')) ?? '').split(' ').map(Number);
  const [left = 0, top = 0, width = 0, height = 0] = cells;
  const corners = expected.flatMap((colours, row) =>
    colours.flatMap((colour, column) =>
      [INSET, width - INSET].flatMap((x) =>
        [INSET, height - INSET].map((y) => ({
          colour,
          where: `row ${row}, column ${column}`,
          at: [left + column * width + x, top + row * height + y] as const,
        })),
      ),
    ),
  );
  const seen = await pixels(
    canvas,
    corners.map(({ at }) => at),
  );
  return corners.flatMap(({ colour, where }, index) => {
    const pixel = seen[index] ?? [];
    const isRight =
      pixel.length === 3 &&
      pixel.every((value, i) => Math.abs(value - (colour[i] ?? NaN)) <= TOLERANCE);
    return isRight ? [] : [`${where}: ${pixel.join()}, expected ${colour.join()}`];
  });
}

for (const { name, query, colorScheme, direction, colours, shares } of CASES) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test.describe(() => {
      test.use({ colorScheme, viewport });

      test(`each cell has its value’s colour: ${name}, ${size}`, async ({ patchboard }, info) => {
        await patchboard.openFinished(query);
        const values = shares(sweepsOf(direction));
        expect(values).toHaveLength(LAYERS + 1);
        const expected = values.map((row) => row.map((share) => rgbOf(colours(share))));
        const canvas = patchboard.maps.first();
        // The last frame is drawn after the status says that it is done.
        await expect.poll(() => wrong(canvas, expected)).toEqual([]);
        // To be looked at.
        writeFileSync(info.outputPath('page.png'), await patchboard.page.screenshot());
      });
    });
  }
}
