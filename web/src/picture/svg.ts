/** A picture as an SVG document of its own: no style sheets, no fonts to fetch. */

import { colourScale, type Theme, valueAt } from './colours';
import { formatValue } from './format';
import { layoutPicture, type PictureLayout } from './layout';
import type { Picture, PictureScale } from './picture';
import {
  boxShape,
  cellShapes,
  columnLabelShapes,
  type Inks,
  REGION_BY,
  rowLabelShapes,
} from './shapes';
import { SANS, textWidth } from './text-width';
import { wholeView } from './view';
import { attributesText, escapeXml, rect, textElement, wrapped } from './xml';

const MARGIN = 16;
const TITLE = 16;
const LINE = 17;
const LEGEND = { width: 160, height: 10, stops: 11 };
const FONT = 13;
/** What a character of a sentence takes at most on average, in ems. */
const CHARACTER = 0.6;
/** From the middle of a line down to its baseline, in ems. */
const BASELINE = 0.35;
const LEAST_WIDTH = 480;

const PAPER = {
  light: { back: '#ffffff', text: '#16202c' },
  dark: { back: '#1a1f29', text: '#e8edf4' },
};

/** As in the page's style sheet. */
const INKS: Record<Theme, Inks> = {
  light: {
    text: '#566373',
    strong: '#8a4b00',
    clean: '#17509f',
    corrupted: '#9a4208',
    pending: '#c3cbd6',
    estimate: '#16202c59',
    broken: '#a3212b',
  },
  dark: {
    text: '#a3b0c0',
    strong: '#ffcb80',
    clean: '#8fbff2',
    corrupted: '#f3ab75',
    pending: '#3f4a5b',
    estimate: '#e8edf459',
    broken: '#ff9d9d',
  },
};

function cells(picture: Picture, layout: PictureLayout, theme: Theme): string[] {
  const colour = colourScale(picture.scale, theme);
  const style = { colour, hasValues: true };
  return Array.from(cellShapes(picture, layout, wholeView(layout), style)).flatMap((cell) => {
    const { x, y, width, height, fill, stroke, strokeInk, text, textInk, isBold } = cell;
    const place = {
      x: x + width / 2,
      y: y + height / 2 + layout.cellFont * BASELINE,
      'font-size': layout.cellFont,
      'text-anchor': 'middle',
      ...(isBold && { 'font-weight': 600 }),
    };
    return [
      fill === undefined ? '' : rect({ x, y, width, height, fill }),
      stroke &&
        `<path${attributesText({ d: stroke, fill: 'none', stroke: INKS[theme][strokeInk] })}/>`,
      text && textElement(text, { ...place, fill: textInk }),
    ].filter(Boolean);
  });
}

function labels(picture: Picture, layout: PictureLayout, theme: Theme): string[] {
  const shapes = [...rowLabelShapes(layout), ...columnLabelShapes(picture, layout)];
  return shapes.map(({ text, x, y, anchor, isUpright, font, isBold, isUnderlined, ink }) => {
    const down = font * BASELINE;
    return textElement(text, {
      ...(isUpright
        ? { transform: `translate(${x + down} ${y}) rotate(-90)` }
        : { x, y: y + down }),
      'text-anchor': anchor,
      'font-size': font,
      ...(isBold && { 'font-weight': 'bold' }),
      ...(isUnderlined && { 'text-decoration': 'underline' }),
      fill: INKS[theme][ink],
    });
  });
}

function regionFrame({ region }: Picture, layout: PictureLayout, theme: Theme): string[] {
  if (!region) return [];
  const frame = boxShape(layout, region, REGION_BY);
  return [rect({ ...frame, fill: 'none', stroke: INKS[theme].strong, 'stroke-width': 2 })];
}

function legend(scale: PictureScale, theme: Theme): string {
  const colour = colourScale(scale, theme);
  const step = LEGEND.width / LEGEND.stops;
  const least = formatValue(valueAt(scale.range, 0), scale);
  const begin = Math.ceil(textWidth(least, FONT)) + 8;
  const ramp = Array.from({ length: LEGEND.stops }, (_, i) =>
    rect({
      x: begin + i * step,
      y: 0,
      // A little more, so that no gaps are seen between the stops.
      width: step + (i + 1 < LEGEND.stops ? 0.5 : 0),
      height: LEGEND.height,
      fill: colour(valueAt(scale.range, i / (LEGEND.stops - 1))),
    }),
  );
  const place = { y: LEGEND.height, 'font-size': FONT, fill: INKS[theme].text };
  const most = `${formatValue(valueAt(scale.range, 1), scale)} ${scale.unit}`.trimEnd();
  return [
    textElement(least, { ...place, x: 0 }),
    ...ramp,
    textElement(most, { ...place, x: begin + LEGEND.width + 8 }),
  ].join('\n');
}

/** available: the width that its cells may fill. */
export function pictureSvg(picture: Picture, theme: Theme = 'light', available = 960): string {
  const layout = layoutPicture(picture, { width: available });
  const paper = PAPER[theme];
  const width = Math.max(LEAST_WIDTH, layout.width) + 2 * MARGIN;
  const room = Math.floor((width - 2 * MARGIN) / (FONT * CHARACTER));
  const title = wrapped(picture.title, Math.floor((room * FONT) / TITLE));
  const caption = picture.caption.flatMap((line) => wrapped(line, room));
  const legendTop = MARGIN + title.length * (TITLE + 4) + 4;
  const bodyTop = legendTop + LEGEND.height + 12;
  const captionTop = bodyTop + layout.height + 8;
  const height = captionTop + caption.length * LINE + MARGIN;
  const group = (x: number, y: number, parts: string) =>
    `<g transform="translate(${x} ${y})">\n${parts}\n</g>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}" font-family="${SANS}" xml:space="preserve">`,
    `<title>${escapeXml(picture.title)}</title>`,
    `<desc>${escapeXml(picture.caption.join('\n'))}</desc>`,
    rect({ width, height, fill: paper.back }),
    ...title.map((line, i) =>
      textElement(line, {
        x: MARGIN,
        y: MARGIN + (i + 0.8) * (TITLE + 4),
        'font-size': TITLE,
        'font-weight': 'bold',
        fill: paper.text,
      }),
    ),
    group(MARGIN, legendTop, legend(picture.scale, theme)),
    group(
      MARGIN,
      bodyTop,
      [
        ...cells(picture, layout, theme),
        ...regionFrame(picture, layout, theme),
        ...labels(picture, layout, theme),
      ].join('\n'),
    ),
    ...caption.map((line, i) =>
      textElement(line, {
        x: MARGIN,
        y: captionTop + (i + 0.8) * LINE,
        'font-size': FONT,
        fill: INKS[theme].text,
      }),
    ),
    '</svg>',
    '',
  ].join('\n');
}
