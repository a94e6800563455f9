/**
 * What older results do not have, and estimates, are in all of a saved result or in none of it, as the command's
 * `replay` wants them (core/document/saved_result.cpp): what a part alone lacks would not be shown, and nobody told.
 */

import { MEASURES } from '../engine/core-tables';
import type { InputValue } from './input-value';

/** A key, and an object that it is in unless the result has it nowhere. */
interface KeyPlace {
  object: InputValue;
  key: string;
}

function requireAllOrNone(places: readonly KeyPlace[], expected: string): void {
  const isThere = ({ object, key }: KeyPlace) => object.find(key) !== undefined;
  const found = places.find(isThere);
  const missing = places.find((place) => !isThere(place));
  if (!found || !missing) return;
  const { object, key } = missing;
  const site = object.find('site')?.text();
  const whose = site === undefined ? '' : `${site}, ${object.at('direction').text()}, `;
  object.fail(
    `${whose}has no "${key}", while "${found.object.place}" has "${found.key}"; expected ${expected}`,
  );
}

export function requireWhole(results: InputValue): void {
  const sweeps = results.at('sweeps').list(1, 'sweeps');
  const inSweeps = (...keys: readonly string[]) =>
    sweeps.flatMap((object) => keys.map((key) => ({ object, key })));
  for (const { name } of MEASURES) {
    const runs = ['clean', 'corrupted'].map((run) => ({ object: results.at(run), key: name }));
    requireAllOrNone(
      [...runs, ...inSweeps(name)],
      'it in both runs and every sweep or, of a result that is older, in none',
    );
  }
  requireAllOrNone(
    inSweeps('not_finite'),
    'it in every sweep or, of a result that is older, in none',
  );
  requireAllOrNone(
    [
      { object: results, key: 'estimate_metric' },
      ...inSweeps('estimate', 'estimate_rank_correlation'),
    ],
    '"estimate_metric" and, of every sweep, "estimate" and "estimate_rank_correlation", or none of them',
  );
}
