/** Attention patterns as pictures: rows are queries, columns are keys. */

import type { RunName } from '../engine/module';
import { extentOver, type Picture } from '../picture/picture';
import type { ColourRange } from '../result/metrics';
import type { LabResult } from '../result/result';
import { settingsText } from '../result/settings-text';
import { visibleTokens } from '../tokens/visible-tokens';

export const PATTERN_VIEWS = ['clean', 'corrupted', 'difference'] as const;
export type PatternView = (typeof PATTERN_VIEWS)[number];

/** One layer's patterns of both runs: [head][query][key]. Without a corrupted run, of the clean one. */
export type LayerPatterns = Partial<Record<RunName, Float32Array>>;

/** What is shown of every head: [head][query][key]; the difference is corrupted minus clean. */
export function shownPatterns(
  patterns: LayerPatterns,
  view: PatternView,
): Float32Array | undefined {
  const { clean, corrupted } = patterns;
  if (view !== 'difference') return patterns[view];
  if (!clean || !corrupted) return undefined;
  return corrupted.map((value, i) => value - (clean[i] ?? Number.NaN));
}

/** [query][key] of one head; keys after the query, which are never looked at, are NaN. */
export function headPattern(all: Float32Array, head: number, length: number): Float32Array {
  const size = length * length;
  return all
    .slice(head * size, (head + 1) * size)
    .map((value, i) => (i % length > Math.floor(i / length) ? Number.NaN : value));
}

/** The same for all heads of a layer, so that they can be compared. */
export function patternRange(all: Float32Array, view: PatternView): ColourRange {
  return view === 'difference'
    ? { kind: 'diverging', centre: 0, extent: extentOver(all, 0.01) }
    : { kind: 'sequential', low: 0, high: 1, log: false };
}

const VIEW_TEXTS: Record<PatternView, string> = {
  clean: 'clean run',
  corrupted: 'corrupted run',
  difference: 'corrupted − clean',
};

export function patternPicture(
  result: LabResult,
  all: Float32Array,
  view: PatternView,
  layer: number,
  head: number,
): Picture {
  const { tokensClean, tokensCorrupted } = result.start;
  const tokens = view === 'corrupted' ? tokensCorrupted : tokensClean;
  const labels = [...visibleTokens(tokens)];
  const length = tokens.length;
  return {
    title: `Attention of L${layer}H${head}, ${VIEW_TEXTS[view]}`,
    rows: length,
    columns: length,
    values: headPattern(all, head, length),
    hasGaps: true,
    rowLabels: labels,
    columnLabels: labels,
    from: 'end',
    strongColumns: tokensClean.map((token, i) => token.id !== tokensCorrupted[i]?.id),
    scale: { range: patternRange(all, view), unit: '' },
    caption: ['Rows: queries; columns: keys.', ...settingsText(result)],
  };
}
