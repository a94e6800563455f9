/** Labels that are wider than their columns: on lines above each other, each over a tick down to its column. */

export interface WideLabel {
  column: number;
  /** Of its column. */
  middle: number;
  width: number;
  /** How many lines it takes. */
  lines: number;
}

export interface LabelPlace {
  column: number;
  /** The middle of its text. */
  middle: number;
  /** Its lowest line, counted from the cells up. */
  line: number;
}

/** Between labels of a line, and beside a tick. */
const APART = { labels: 10, tick: 4 };

interface Placed extends LabelPlace {
  label: WideLabel;
}

const reachOf = ({ middle, label }: Placed, by: number) =>
  [middle - label.width / 2 - by, middle + label.width / 2 + by] as const;

/** Whether a label lies over the tick of another one that is higher. */
function crosses(lower: Placed, higher: Placed): boolean {
  const [from, to] = reachOf(lower, APART.tick);
  return higher.line > lower.line && higher.label.middle > from && higher.label.middle < to;
}

function clash(a: Placed, b: Placed): boolean {
  if (crosses(a, b) || crosses(b, a)) return true;
  const shareLine = a.line < b.line + b.label.lines && b.line < a.line + a.label.lines;
  const [[from, to], [otherFrom, otherTo]] = [
    reachOf(a, APART.labels / 2),
    reachOf(b, APART.labels / 2),
  ];
  return shareLine && from < otherTo && otherFrom < to;
}

/** Where its text may stand: in the middle above its column, or to either side of that. */
function middlesOf({ middle, width }: WideLabel, [from, to]: readonly [number, number]): number[] {
  const aside = Math.max(0, width / 2 - APART.tick);
  const inside = (at: number) => Math.min(Math.max(at, from + width / 2), to - width / 2);
  return [middle, middle + aside, middle - aside].map(inside);
}

/**
 * As many as have room; those that matter most come first.
 * lines: how many there are. span: from where to where labels may reach.
 */
export function staggered(
  labels: readonly WideLabel[],
  lines: number,
  span: readonly [number, number],
): LabelPlace[] {
  const placed: Placed[] = [];
  for (const label of labels) {
    const found = Array.from({ length: Math.max(0, lines - label.lines + 1) }, (_, line) => line)
      .flatMap((line) =>
        middlesOf(label, span).map((middle) => ({ column: label.column, middle, line, label })),
      )
      .find((place) => !placed.some((other) => clash(place, other)));
    if (found) placed.push(found);
  }
  return placed.map(({ column, middle, line }) => ({ column, middle, line }));
}
