/** How wide a label is, without a canvas: the same in the page and in what is saved. */

/** What a page is written in, and how a saved picture asks for it. */
export const SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/** In ems, of the widest of the usual sans serifs: no label gets longer than was thought. */
const EMS: readonly [RegExp, number][] = [
  // Joins the character before, and takes no room of its own.
  [/\p{M}|\u200d|\ufe0f/u, 0],
  [/[\s·.,:;'’!|ijlI]/u, 0.34],
  [/[[\]()frt/-]/u, 0.43],
  [/[mwMW@%—…]/u, 1],
  // Before emoji, which digits are to Unicode.
  [/[\d+*−#<>=~^a-z]/u, 0.65],
  [
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}\uff00-\uffef\u3000-\u303f]/u,
    1.1,
  ],
  [/\p{Lu}/u, 0.78],
];
const USUAL = 0.68;
const BOLD = 1.1;

const emsOf = (character: string) => EMS.find(([of]) => of.test(character))?.[1] ?? USUAL;

/** In pixels, of a type of that size. */
export function textWidth(text: string, font: number, isBold = false): number {
  let ems = 0;
  for (const character of text) ems += emsOf(character);
  return ems * font * (isBold ? BOLD : 1);
}

/** At most `longest` characters. */
export function shortened(label: string, longest: number): string {
  const characters = Array.from(label);
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : label;
}

/** As much of it as `room` pixels hold; at least a character. */
export function fitted(text: string, font: number, room: number, isBold = false): string {
  const length = Array.from(text).length;
  for (let longest = length; longest > 1; longest--) {
    const shorter = shortened(text, longest);
    if (textWidth(shorter, font, isBold) <= room) return shorter;
  }
  return shortened(text, 1);
}
