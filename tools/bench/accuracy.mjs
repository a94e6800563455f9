/** What f16 and q8_0 weights change in a sweep's values, against f32. */

import { nativeSweep } from './native.mjs';
import { COMPARISON, prompts, SURNAME } from './prompts.mjs';

/** Ranks from 0; equal values share their mean rank. */
function ranks(values) {
  const order = values.map((_, index) => index).sort((a, b) => values[a] - values[b]);
  const result = new Array(values.length);
  for (let first = 0; first < order.length;) {
    let end = first + 1;
    while (end < order.length && values[order[end]] === values[order[first]]) end++;
    for (let at = first; at < end; at++) result[order[at]] = (first + end - 1) / 2;
    first = end;
  }
  return result;
}

/** Spearman's rank correlation. */
export function rankCorrelation(left, right) {
  const [x, y] = [ranks(left), ranks(right)];
  const mean = (x.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) ** 2;
    yy += (y[i] - mean) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

function largestChange(left, right) {
  return left.reduce((most, value, index) => Math.max(most, Math.abs(value - right[index])), 0);
}

/** Only cells that a patch can change: the others are all the corrupted run's. */
function changed(sweep, values, target) {
  const { clean, corrupted } = sweep.tokens;
  const first = clean.findIndex(({ id }, at) => id !== corrupted[at].id);
  return values[target].flatMap((row) => row.slice(first));
}

/** request: as of `nativeSweep`. */
export async function measureAccuracy(request) {
  const exact = await nativeSweep({ ...request, threads: 2, dtype: 'f32' });
  const result = {};
  for (const dtype of ['f16', 'q8_0']) {
    const rounded = await nativeSweep({ ...request, threads: 2, dtype });
    const of = (sweep, what, target) => changed(sweep, sweep.results.sweeps[0][what], target);
    const targets = request.targets.map((_, target) => ({
      prob: largestChange(of(exact, 'prob', target), of(rounded, 'prob', target)),
      logit: largestChange(of(exact, 'logit', target), of(rounded, 'logit', target)),
      rank: rankCorrelation(of(exact, 'logit', target), of(rounded, 'logit', target)),
    }));
    result[dtype] = {
      largestProbChange: Math.max(...targets.map(({ prob }) => prob)),
      largestLogitChange: Math.max(...targets.map(({ logit }) => logit)),
      leastRankCorrelation: Math.min(...targets.map(({ rank }) => rank)),
    };
  }
  return result;
}

export async function measureAccuracies({ config, length }) {
  return {
    [`${config}, random weights`]: await measureAccuracy({ config, ...prompts(length, 1) }),
    'embedded model, a surname': await measureAccuracy(SURNAME),
    'embedded model, comparison': await measureAccuracy(COMPARISON),
  };
}
