/** The logit lens as pictures: what each layer's residual stream would say if it were the last. */

import type { LogitLens, RunName } from '../engine/module';
import { formatProbability } from '../picture/format';
import { amountScale, type Picture } from '../picture/picture';
import { STATE_TEXTS } from '../result/cell-state';
import type { Cell } from '../result/cells';
import type { LabResult } from '../result/result';
import { settingsText } from '../result/settings-text';
import { visibleText } from '../tokens/token-diff';
import { visibleTokens } from '../tokens/visible-tokens';

/** The top token's probability, or that of a target: its index. */
export type LensColour = 'top' | number;

const RUN_TEXTS: Record<RunName, string> = { clean: 'clean run', corrupted: 'corrupted run' };

function lensRows(lens: LogitLens, length: number): number {
  return length === 0 ? 0 : lens.top.length / length;
}

/** [layer][position] */
function lensValues(lens: LogitLens, colour: LensColour): Float32Array {
  const cells = lens.top.length;
  if (colour === 'top') return lens.topProb;
  return lens.prob.slice(colour * cells, (colour + 1) * cells);
}

export function lensPicture(
  result: LabResult,
  lens: LogitLens,
  run: RunName,
  colour: LensColour,
): Picture {
  const { tokensClean, tokensCorrupted, targets } = result.start;
  const tokens = run === 'clean' ? tokensClean : tokensCorrupted;
  const rows = lensRows(lens, tokens.length);
  const values = lensValues(lens, colour);
  const what =
    colour === 'top' ? 'the top token' : visibleText(targets[colour]?.tokens[0]?.text ?? '');
  return {
    title: `Logit lens, ${RUN_TEXTS[run]}`,
    rows,
    columns: tokens.length,
    values,
    states: Array.from(values, (value) => (Number.isFinite(value) ? 'exact' : 'not finite')),
    rowLabels: Array.from({ length: rows }, (_, layer) => `${layer}`),
    columnLabels: [...visibleTokens(tokens)],
    from: 'end',
    strongColumns: tokensClean.map((token, i) => token.id !== tokensCorrupted[i]?.id),
    scale: amountScale(values, 0.01, ''),
    texts: lens.top.map(({ text }) => visibleText(text)),
    caption: [
      `In a cell: the most probable token after that layer. Colour: probability of ${what}.`,
      ...settingsText(result),
    ],
  };
}

/** Everything that the lens knows of a cell. */
export function lensStory(
  result: LabResult,
  lens: LogitLens,
  run: RunName,
  { row, column }: Cell,
): string {
  const { tokensClean, tokensCorrupted, targets } = result.start;
  const token = visibleTokens(run === 'clean' ? tokensClean : tokensCorrupted)[column];
  const at = row * tokensClean.length + column;
  const cells = lens.top.length;
  const where = `Layer ${row}, position ${column}, ${token ?? ''}: `;
  if (!Number.isFinite(lens.topProb[at])) return `${where}${STATE_TEXTS['not finite']}`;
  const named = targets.map(
    ({ tokens }, index) =>
      `${visibleText(tokens[0]?.text ?? '')} ${formatProbability(lens.prob[index * cells + at] ?? Number.NaN)}`,
  );
  const top = `${visibleText(lens.top[at]?.text ?? '')} ${formatProbability(lens.topProb[at] ?? Number.NaN)}`;
  return `${where}top token ${top}; targets ${named.join(', ')}`;
}

/** The first layer from which on the run's last position keeps the answer it ends with. */
export function settledAt(lens: LogitLens, length: number): number | undefined {
  const rows = lensRows(lens, length);
  const last = (layer: number) => lens.top[(layer + 1) * length - 1]?.id;
  if (rows === 0) return undefined;
  let layer = rows - 1;
  while (layer > 0 && last(layer - 1) === last(rows - 1)) layer--;
  return layer;
}
