/** The elements and texts of an SVG document. */

export type Attributes = Record<string, string | number>;

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

export function attributesText(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join('');
}

export function textElement(text: string, attributes: Attributes): string {
  return `<text${attributesText(attributes)}>${escapeXml(text)}</text>`;
}

export const rect = (attributes: Attributes) => `<rect${attributesText(attributes)}/>`;

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
