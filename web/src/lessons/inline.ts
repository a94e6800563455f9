/** A lesson's text in parts: **bold** words, and addresses that are links. */

export interface Part {
  kind: 'plain' | 'bold' | 'link';
  text: string;
}

const MARKED = /\*\*(.+?)\*\*|https:\/\/[^\s<>]*[^\s<>.,;:!?)]/g;

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(MARKED)) {
    const [whole, bold] = match;
    if (match.index > from) parts.push({ kind: 'plain', text: text.slice(from, match.index) });
    parts.push(bold === undefined ? { kind: 'link', text: whole } : { kind: 'bold', text: bold });
    from = match.index + whole.length;
  }
  if (from < text.length) parts.push({ kind: 'plain', text: text.slice(from) });
  return parts;
}
