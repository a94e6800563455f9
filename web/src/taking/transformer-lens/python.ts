/** Values as Python text. */

/** Python reads what JSON escapes in the same way. */
export function pythonString(text: string): string {
  return JSON.stringify(text).replaceAll('\x7f', '\\x7f');
}

/** What a comment says, in one line: anything else would be code. */
export function commentText(text: string): string {
  return text.replaceAll(/[\s\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
}

export const idsText = (ids: readonly { id: number }[]): string =>
  ids.map(({ id }) => id).join(', ');

/** Sections with two empty lines between, as Python's style guide has them; empty ones are left out. */
export function joined(sections: readonly string[]): string {
  return `${sections
    .map((section) => section.replaceAll(/^\n+|\s+$/g, ''))
    .filter(Boolean)
    .join('\n\n\n')}\n`;
}
