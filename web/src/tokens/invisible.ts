/** Characters that would not be seen, with a mark of their own. */

const NAMES: Record<number, string> = {
  0xa0: 'NBSP',
  0xad: 'SHY',
  0x200b: 'ZWSP',
  0x200c: 'ZWNJ',
  0x200d: 'ZWJ',
  0x200e: 'LRM',
  0x200f: 'RLM',
  0x2060: 'WJ',
  0xfeff: 'BOM',
};

/**
 * Controls, spaces other than the usual one, and what has no width; not the selectors of variants, which change
 * what precedes them.
 */
const UNSEEN =
  /(?! )(?![\uFE00-\uFE0F])[\p{Cc}\p{Zs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const SYMBOLS: Record<string, string> = { '\n': '↵', '\t': '⇥', '\r': '␍', '\x7f': '␡' };

function markOf(character: string): string {
  const symbol = SYMBOLS[character];
  if (symbol !== undefined) return symbol;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return `‹${NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`}›`;
}

/** A text as it is, with marks in the place of what would not be seen: "a‹NBSP›b↵". Usual spaces stay. */
export const markInvisible = (text: string): string => text.replaceAll(UNSEEN, markOf);
