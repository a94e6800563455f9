/** What the texts of a lesson take from the live result. */

import { valueOf } from '../engine/measure-table';
import type { Cell } from '../result/cells';
import { placeOfCell } from '../scene/scene-map';
import { diffTokens } from '../tokens/token-diff';
import type { MetricChoice } from '../result/metrics';
import type { LabResult } from '../result/result';
import { EMBEDDED_ID } from '../weights/sources';
import type { Facts } from './placeholders';
import type { Moved } from './truth';

const quoted = (text = '') => `“${text.trim()}”`;
const percent = (share: number) =>
  Number.isFinite(share) ? `${Math.round(100 * share)} %` : 'an unknown part';

/** Of the two runs. */
export function factsOf(
  { start, model }: LabResult,
  { target, against }: Pick<MetricChoice, 'target' | 'against'>,
): Facts {
  const { topClean, topCorrupted, tokensClean, tokensCorrupted } = start;
  const differing = diffTokens(tokensClean, tokensCorrupted).clean.indexOf(true);
  const answer = (name: 'clean' | 'corrupted', top: typeof topClean): Facts =>
    top[0]
      ? { [`${name}_answer`]: quoted(top[0].text), [`${name}_prob`]: percent(top[0].prob) }
      : {};
  const measured = (name: 'target' | 'rival', index: number): Facts => {
    const text = start.targets[index]?.text;
    if (text === undefined) return {};
    return {
      [name]: quoted(text),
      [`${name}_clean`]: percent(valueOf(start.clean, 'prob', index)),
      [`${name}_corrupted`]: percent(valueOf(start.corrupted, 'prob', index)),
    };
  };
  return {
    ...measured('target', target),
    ...measured('rival', against),
    ...answer('clean', topClean),
    ...answer('corrupted', topCorrupted),
    ...(differing >= 0 && {
      clean_word: quoted(tokensClean[differing]?.text),
      corrupted_word: quoted(tokensCorrupted[differing]?.text),
    }),
    layers: String(model.nLayer),
    last_layer: String(model.nLayer - 1),
    model: model.id === EMBEDDED_ID ? 'the practice model' : model.label,
  };
}

/** prefix: "guess_" for what was guessed. */
export function factsOfCell(
  { result, map, shareAt }: Moved,
  cell: Cell | undefined,
  prefix: '' | 'guess_' = '',
): Facts {
  const place = cell && placeOfCell(result, map, cell.row, cell.column);
  if (!cell || !place) return {};
  const layer = place.site === 'resid_pre' && map.site !== 'resid_pre' ? 'input' : place.layer;
  const entries = {
    layer: String(layer),
    share: percent(shareAt(cell)),
    ...(place.position >= 0 && { word: quoted(result.start.tokensClean[place.position]?.text) }),
    ...(place.head >= 0 && { head: `${place.layer}.${place.head}` }),
  };
  return Object.fromEntries(Object.entries(entries).map(([key, text]) => [prefix + key, text]));
}
