/** What a cell's patch is put into, in words: one vector, a window's, or a head's at every position. */

import type { ExperimentStart } from '../engine/module';
import type { Corruption, Direction, Site } from '../experiment/experiment';
import { namedRange, type Place } from '../result/panels';
import { isUnclear, quotedWord, visibleTokens } from '../tokens/visible-tokens';

function whereText(site: Site, { layer, lastLayer, head }: Place): string {
  const layers = namedRange('layer', layer, lastLayer);
  if (head >= 0) return layer === lastLayer ? `head ${layer}.${head}` : `head ${head} of ${layers}`;
  if (site === 'resid_pre') return `what enters ${layers}`;
  return site === 'resid_post' ? `after ${layers}` : `${site}, ${layers}`;
}

/** "after layer 1, at the last “·Michelle”", "head 1.2", "after layers 0–1, at “·a … -”, positions 2–5" */
export function titleOf(site: Site, place: Place, { tokensClean }: ExperimentStart): string {
  const where = whereText(site, place);
  const { position, lastPosition } = place;
  if (position < 0) return where;
  const texts = visibleTokens(tokensClean);
  if (position !== lastPosition) {
    const areUnclear = isUnclear(texts, position) || isUnclear(texts, lastPosition);
    const exactly = areUnclear ? `, ${namedRange('position', position, lastPosition)}` : '';
    return `${where}, at “${texts[position] ?? ''} … ${texts[lastPosition] ?? ''}”${exactly}`;
  }
  const isLast = position === tokensClean.length - 1;
  return `${where}, at ${isLast ? `the last “${texts[position] ?? ''}”` : quotedWord(tokensClean, position)}`;
}

function vectorsText({ layer, lastLayer, head, position, lastPosition }: Place): string {
  const layers = lastLayer - layer + 1;
  if (position < 0) {
    const one =
      layers === 1 ? 'this head' : `this head of ${namedRange('layer', layer, lastLayer)}`;
    return `${one} at every position`;
  }
  const vectors = layers * (lastPosition - position + 1);
  if (vectors === 1) return head < 0 ? 'this one vector' : 'this head at this one position';
  const where = `${namedRange('layer', layer, lastLayer)}, ${namedRange('position', position, lastPosition)}`;
  return `${vectors} vectors (${where})`;
}

const ABLATED = { zero: 'set to zero', mean: 'replaced by the mean' };

type Kind = Pick<Corruption, 'kind'>;

/** "from the clean run", "set to zero" */
function sourceText({ kind }: Kind, direction: Direction): string {
  const from = `from the ${direction === 'denoising' ? 'clean' : 'corrupted'} run`;
  return kind === 'zero' || kind === 'mean' ? ABLATED[kind] : from;
}

/** What is patched of the heads of a layer, whatever the map is of. */
export const headsText = (layer: number, corruption: Kind, direction: Direction): string =>
  `Heads of layer ${layer}, each alone: its z at all positions, ${sourceText(corruption, direction)}`;

/** "this one vector from the clean run", "6 vectors (layers 0–1, positions 3–5) set to zero" */
export function patchedText(corruption: Kind, direction: Direction, place: Place): string {
  return `${vectorsText(place)} ${sourceText(corruption, direction)}`;
}
