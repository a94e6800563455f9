/** The further attempts as one picture: a line each, every token in both runs. */

import { amountScale, type Picture } from '../picture/picture';
import { largestOf } from '../result/extremes';
import type { ResultModel } from '../result/result';
import { modelText } from '../result/settings-text';
import { visibleText } from '../tokens/token-diff';
import type { AttemptsItem } from './report-data';
import type { Attempt } from './report-run.svelte';

export function attemptsPicture(
  item: AttemptsItem,
  attempts: readonly Attempt[],
  model: ResultModel | undefined,
): Picture {
  const columns = item.targets.flatMap((target) =>
    (['clean', 'corrupted'] as const).map((run) => ({ target, run })),
  );
  const values = Float32Array.from(
    attempts.flatMap((attempt) =>
      columns.map(({ run }, i) => attempt[run][Math.floor(i / 2)] ?? Number.NaN),
    ),
  );
  return {
    title: item.title,
    rows: attempts.length,
    columns: columns.length,
    values,
    rowLabels: attempts.map(({ name }) => name),
    columnLabels: columns.map(({ target, run }) => `${visibleText(target)}, ${run}`),
    strongColumns: columns.map(() => false),
    scale: amountScale(values, 0.01, ''),
    texts: Array.from(values, (value) => (Number.isFinite(value) ? value.toFixed(4) : '–')),
    caption: [
      'Probability of each token after the clean and after the corrupted prompt.',
      ...(model ? [`Model: ${modelText(model)}`] : []),
    ],
  };
}

/** In how many attempts the likeliest of the tokens is another one after the corruption. */
export function turned(attempts: readonly Attempt[]): number {
  const best = (values: readonly number[]) => values.indexOf(largestOf(values));
  return attempts.filter(({ clean, corrupted }) => best(clean) !== best(corrupted)).length;
}
