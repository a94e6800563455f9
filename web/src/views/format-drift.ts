/** How far weights in fewer bits move the next token's distribution. */

export interface Drift {
  /** The largest change of any token's logit, and of any token's probability. */
  logit: number;
  probability: number;
  /** Ids of the most probable tokens, here and in f32. */
  top: number;
  topExact: number;
}

export function softmax(logits: Float32Array): Float64Array {
  let largest = -Infinity;
  for (const logit of logits) largest = Math.max(largest, logit);
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  values.forEach((value, i) => {
    if (value > (values[best] ?? -Infinity)) best = i;
  });
  return best;
}

function largestChange(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const change = Math.abs((a[i] ?? Number.NaN) - (b[i] ?? Number.NaN));
    // Not a number stays one.
    if (!(change <= largest)) largest = change;
  }
  return largest;
}

/** Of one run's last position; both have the same vocabulary. */
export function driftOf(logits: Float32Array, exact: Float32Array): Drift {
  if (logits.length !== exact.length) {
    throw new Error(`the models have ${logits.length} and ${exact.length} tokens`);
  }
  return {
    logit: largestChange(logits, exact),
    probability: largestChange(softmax(logits), softmax(exact)),
    top: indexOfLargest(logits),
    topExact: indexOfLargest(exact),
  };
}
