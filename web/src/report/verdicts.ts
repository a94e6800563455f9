/** What figures say, in sentences. */

import { valueOf } from '../engine/measure-table';
import { formatProbability } from '../picture/format';
import { changesOf } from '../picture/from-result';
import { largestOf } from '../result/extremes';
import { formatSigned } from '../result/format';
import type { LabResult, SweepValues } from '../result/result';
import { visibleText } from '../tokens/token-diff';
import { visibleTokens } from '../tokens/visible-tokens';
import { EMBEDDED_ID } from '../weights/sources';
import { type Column, matching, type Report, type ReportRow } from './report-data';

/** One run's figures beside the report's rows. */
export interface RunFigures {
  top: readonly { text: string; prob: number }[];
  /** [row]; undefined where the token is not one token of this model's vocabulary. */
  probs: readonly (number | undefined)[];
}

/** Ours minus the report's; undefined where one is missing. */
export function difference(ours: number | undefined, printed: string | undefined) {
  return ours === undefined || printed === undefined ? undefined : ours - Number(printed);
}

/** Which figures there are none of, and why. */
function missingText(rows: readonly ReportRow[], probs: RunFigures['probs']): string {
  const missing = rows.filter((_, i) => probs[i] === undefined);
  if (missing.length === 0) return '';
  const names = missing.map(({ token }) => `“${visibleText(token)}”`).join(', ');
  return ` This model has no single token for ${names}.`;
}

/** The report prints four digits; what rounds to the same is equal. */
const ROUNDING = 0.00005;

export function agreementText(
  rows: readonly ReportRow[],
  probs: readonly (number | undefined)[],
  column: Column,
): string {
  const differences = rows.flatMap(({ prob }, i) => {
    const one = difference(probs[i], prob[column]);
    return one === undefined ? [] : [Math.abs(one)];
  });
  const none = missingText(rows, probs);
  if (differences.length === 0) return none.trim();
  if (differences.some(Number.isNaN)) return `some figures are not finite.${none}`;
  const largest = largestOf(differences);
  const verdict =
    largest <= 2 * ROUNDING
      ? 'all figures agree to the four digits printed'
      : `largest difference ${largest.toFixed(4)}`;
  return `${verdict}.${none}`;
}

function likeliest(rows: readonly ReportRow[], probs: RunFigures['probs']): string | undefined {
  let best: { token: string; prob: number } | undefined;
  rows.forEach(({ token }, i) => {
    const prob = probs[i];
    if (prob !== undefined && (!best || prob > best.prob)) best = { token, prob };
  });
  return best?.token;
}

/** What the corruption did to the tokens of a table, in this model. */
export function tableVerdict(
  rows: readonly ReportRow[],
  clean: RunFigures,
  corruptedRows: readonly ReportRow[],
  corrupted: RunFigures,
): string {
  const first = likeliest(rows, clean.probs);
  const second = likeliest(corruptedRows, corrupted.probs);
  if (first === undefined || second === undefined) return 'None of these is a single token here.';
  const names = [first, second].map((token) => visibleText(token));
  const at = rows.findIndex(({ token }) => token === first);
  const other = corruptedRows.findIndex(({ token }) => token === first);
  const before = clean.probs[at];
  const after = corrupted.probs[other];
  const change =
    before !== undefined && after !== undefined
      ? `: ${names[0]} goes from ${formatProbability(before)} to ${formatProbability(after)}`
      : '';
  return first === second
    ? `Here ${names[0]} is the likeliest of them in both runs${change}.`
    : `Here the answer turns round, from ${names[0]} to ${names[1]}${change}.`;
}

/** Where a target's probability is moved most. */
export function heatmapVerdict(result: LabResult, sweep: SweepValues, target: number): string {
  const view = { metric: 'prob', reference: 'unpatched', target, against: target } as const;
  const values = changesOf(result, sweep, view);
  let best = -1;
  values.forEach((value, i) => {
    if (!Number.isNaN(value) && (best < 0 || Math.abs(value) > Math.abs(values[best] ?? 0)))
      best = i;
  });
  const name = visibleText(result.start.targets[target]?.text ?? '');
  const value = values[best];
  if (value === undefined) return '';
  if (Math.abs(value) < 2 * ROUNDING)
    return `No patch changes the probability of ${name} by as much as 0.0001.`;
  const gap =
    valueOf(result.start.clean, 'prob', target) - valueOf(result.start.corrupted, 'prob', target);
  const column = best % sweep.info.columns;
  const token = visibleTokens(result.start.tokensClean)[column] ?? '';
  return (
    `The patch that moves ${name} most changes its probability by ${formatSigned(value, 4)} (layer ` +
    `${Math.floor(best / sweep.info.columns)}, position ${column}, ${token}); between the two runs it ` +
    `changes by ${formatSigned(gap, 4)}.`
  );
}

/** How a model's figures relate to the report's. */
export function modelNote(
  report: Report,
  model: { id: string; label: string; nLayer: number; dtype: string; quantization?: string },
): string {
  const column = matching(report, model.nLayer);
  const number =
    model.dtype === 'f32' && !model.quantization
      ? ''
      : ` Its weights are kept in ${model.quantization || model.dtype}, so small differences come from rounding.`;
  if (model.id === EMBEDDED_ID) {
    return (
      'The model in use is not GPT-2. It is a small model trained for the purpose, a positive control: it ' +
      'has learned to recall a surname and to compare two numbers, so its figures differ from the report’s, ' +
      'and its heatmaps show what the report looked for. If a path shows here and none in GPT-2, the reason ' +
      'is the model and not the tool.'
    );
  }
  if (column === undefined) {
    return (
      `The report used models of 24 and 48 layers; this one has ${model.nLayer}, so its figures are set ` +
      `beside both, and need not agree.${number}`
    );
  }
  return `This model has as many layers as the report’s ${report.models[column].name}; if it is the same, the figures agree.${number}`;
}
