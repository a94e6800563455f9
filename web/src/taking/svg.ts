/** A picture as an SVG document of its own: no style sheets, no fonts to fetch. */

import type { CellState } from '../heatmap/cell-state';
import { colourScale, type Theme, valueAt } from '../heatmap/colours';
import { inkOn } from '../picture/colour';
import { formatValue } from '../picture/format';
import {
  cellCharacters,
  CHARACTER,
  FONT,
  labelRight,
  labelTop,
  layoutPicture,
  type PictureLayout,
} from '../picture/layout';
import { type Picture, type PictureScale, shortened, stateOf } from '../picture/picture';

const MARGIN = 16;
const TITLE = 16;
const LINE = 17;
const LEGEND = { width: 160, height: 10, stops: 11 };
const MONO = 'ui-monospace, Menlo, Consolas, monospace';
const SANS = 'system-ui, sans-serif';
const LEAST_WIDTH = 480;

const PAPER = {
  light: {
    back: '#ffffff',
    text: '#16202c',
    muted: '#566373',
    strong: '#8a4b00',
    pending: '#c3cbd6',
    estimate: '#16202c59',
    broken: '#a3212b',
  },
  dark: {
    back: '#1a1f29',
    text: '#e8edf4',
    muted: '#a3b0c0',
    strong: '#ffcb80',
    pending: '#3f4a5b',
    estimate: '#e8edf459',
    broken: '#ff9d9d',
  },
};

type Attributes = Record<string, string | number>;

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What XML 1.0 cannot hold is left out: control characters and halves of surrogate pairs. */
export function escapeXml(text: string): string {
  return Array.from(text)
    .filter((character) => {
      const code = character.codePointAt(0) ?? 0;
      const isControl = code < 0x20 && code !== 9 && code !== 10 && code !== 13;
      return (
        !isControl && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff
      );
    })
    .map((character) => ENTITIES[character] ?? character)
    .join('');
}

function attributesText(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join('');
}

function textElement(text: string, attributes: Attributes): string {
  return `<text${attributesText(attributes)}>${escapeXml(text)}</text>`;
}

const rect = (attributes: Attributes) => `<rect${attributesText(attributes)}/>`;

/** Lines of at most `room` characters, broken at spaces where there are some. */
export function wrapped(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= room) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (line.length > room) {
      lines.push(line.slice(0, room));
      line = line.slice(room);
    }
  }
  return [...lines, line];
}

interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** As on the canvas: a stroke of what is not computed or estimated, a cross of what is no number. */
function mark(state: CellState, { x, y, width, height }: Rectangle, theme: Theme): string {
  const { pending, estimate, broken } = PAPER[theme];
  const isBroken = state === 'not finite';
  const stroke = isBroken ? broken : state === 'estimated' ? estimate : pending;
  const rising = `M${x} ${y + height}L${x + width} ${y}`;
  const box = `M${x + 0.5} ${y + 0.5}h${width - 1}v${height - 1}h${1 - width}z`;
  const falling = isBroken ? `M${x} ${y}L${x + width} ${y + height}` : '';
  const d = state === 'estimated' ? rising : `${rising}${falling}${box}`;
  return `<path${attributesText({ d, fill: 'none', stroke })}/>`;
}

function cells(picture: Picture, layout: PictureLayout, theme: Theme): string[] {
  const colour = colourScale(picture.scale.range, theme);
  const room = cellCharacters(layout);
  const size = { width: layout.cellWidth - 1, height: layout.cellHeight - 1 };
  return Array.from(picture.values).flatMap((value, index) => {
    const x = layout.left + (index % layout.columns) * layout.cellWidth;
    const y = layout.top + Math.floor(index / layout.columns) * layout.cellHeight;
    const state = stateOf(picture, index);
    if (state === 'gap') return [];
    const marks = state === 'exact' ? [] : [mark(state, { x, y, ...size }, theme)];
    if (state !== 'exact' && state !== 'estimated') return marks;
    const fill = colour(value);
    const cell = rect({ x, y, ...size, fill });
    const text = picture.texts?.[index];
    if (text === undefined) return [cell, ...marks];
    const place = {
      x: x + layout.cellWidth / 2,
      y: y + layout.cellHeight / 2 + FONT / 3,
      'font-size': FONT,
      'text-anchor': 'middle',
      fill: inkOn(fill),
    };
    return [cell, ...marks, textElement(shortened(text, room), place)];
  });
}

function labels(picture: Picture, layout: PictureLayout, theme: Theme): string[] {
  const { muted, strong } = PAPER[theme];
  const rowFont = Math.min(FONT, Math.max(9, layout.cellHeight));
  const rows = layout.rowLabels.flatMap((label, row) =>
    row % layout.rowStep > 0
      ? []
      : [
          textElement(label, {
            x: labelRight(layout),
            y: layout.top + (row + 0.5) * layout.cellHeight + rowFont / 3,
            'font-size': rowFont,
            'text-anchor': 'end',
            fill: muted,
          }),
        ],
  );
  const columns = layout.columnLabels.map((label, column) => {
    const x = layout.left + (column + 0.5) * layout.cellWidth;
    const y = labelTop(layout);
    const isStrong = picture.strongColumns[column] === true;
    return textElement(label, {
      ...(layout.upright
        ? { transform: `translate(${x + layout.font / 3} ${y}) rotate(-90)`, 'text-anchor': 'end' }
        : { x, y: y + layout.font, 'text-anchor': 'middle' }),
      'font-size': layout.font,
      'font-weight': isStrong ? 'bold' : 'normal',
      fill: isStrong ? strong : muted,
    });
  });
  return [...rows, ...columns];
}

function legend(scale: PictureScale, theme: Theme): string {
  const colour = colourScale(scale.range, theme);
  const step = LEGEND.width / LEGEND.stops;
  const least = formatValue(valueAt(scale.range, 0), scale);
  const begin = Math.ceil(least.length * FONT * CHARACTER) + 8;
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
  const place = { y: LEGEND.height, 'font-size': FONT, fill: PAPER[theme].muted };
  const most = `${formatValue(valueAt(scale.range, 1), scale)} ${scale.unit}`.trimEnd();
  return [
    textElement(least, { ...place, x: 0 }),
    ...ramp,
    textElement(most, { ...place, x: begin + LEGEND.width + 8 }),
  ].join('\n');
}

/** available: the width that its cells may fill. */
export function pictureSvg(picture: Picture, theme: Theme = 'light', available = 960): string {
  const layout = layoutPicture(picture, available);
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
      `viewBox="0 0 ${width} ${height}" font-family="${MONO}" xml:space="preserve">`,
    `<title>${escapeXml(picture.title)}</title>`,
    `<desc>${escapeXml(picture.caption.join('\n'))}</desc>`,
    rect({ width, height, fill: paper.back }),
    ...title.map((line, i) =>
      textElement(line, {
        x: MARGIN,
        y: MARGIN + (i + 0.8) * (TITLE + 4),
        'font-size': TITLE,
        'font-weight': 'bold',
        'font-family': SANS,
        fill: paper.text,
      }),
    ),
    group(MARGIN, legendTop, legend(picture.scale, theme)),
    group(
      MARGIN,
      bodyTop,
      [...cells(picture, layout, theme), ...labels(picture, layout, theme)].join('\n'),
    ),
    ...caption.map((line, i) =>
      textElement(line, {
        x: MARGIN,
        y: captionTop + (i + 0.8) * LINE,
        'font-size': FONT,
        'font-family': SANS,
        fill: paper.muted,
      }),
    ),
    '</svg>',
    '',
  ].join('\n');
}
