/** The patched runs of one site: a function for each kind of axes. */

import { isHeadSite } from '../../experiment/defaults';
import type { Site } from '../../experiment/experiment';
import type { ProgramSubject } from './subject';

const PATCH = `
def patch(hook_name, layers, place, source):
    """Hooks that put the source's activations in."""

    def put_in(value, hook):
        # In place: hook_resid_mid is what enters ln2, and the stream that goes past it changes too.
        value[place] = source[hook.name][place]
        return value

    return [(f"blocks.{layer}.{hook_name}", put_in) for layer in layers]`;

interface Ranges {
  layers: string;
  positions: string;
  /** Which layers are patched together. */
  together: string;
  /** Which positions: an index. */
  span: string;
  /** All positions of the prompt: an index. */
  all: string;
}

function rangesOf({ experiment, isContinuation }: ProgramSubject): Ranges {
  const { region, window, span } = experiment;
  const bounds = (bound: readonly [number, number] | undefined, all: string) =>
    bound ? `range(${bound[0]}, ${bound[1]})` : `range(${all})`;
  return {
    layers: bounds(region?.layers, 'n_layers'),
    positions: bounds(region?.positions, 'length'),
    together: window > 1 ? `range(layer, min(layer + ${window}, n_layers))` : '[layer]',
    span: span > 1 ? `position : min(position + ${span}, length)` : 'position',
    all: isContinuation ? ':length' : ':',
  };
}

const POSITIONS_CALL = 'patch_positions';
const HEADS_CALL = 'patch_heads';
const PATTERNS_CALL = 'patch_patterns';

function positionsSection(ranges: Ranges): string {
  return `
def ${POSITIONS_CALL}(hook_name, prompt, source):
    """The metric of each patched run: [layer, position]."""
    values = torch.full((n_layers, length), torch.nan, dtype=torch.double)
    for layer in ${ranges.layers}:
        for position in ${ranges.positions}:
            place = s_[:, ${ranges.span}]
            hooks = patch(hook_name, ${ranges.together}, place, source)
            values[layer, position] = metric(run(prompt, hooks))
    return values`;
}

/** place: of a head at all positions, or at some. */
function headsSection(name: string, ranges: Ranges, byPosition: boolean, place: string): string {
  if (!byPosition) {
    return `
def ${name}(hook_name, prompt, source):
    """The metric of each patched run: [layer, head]."""
    values = torch.full((n_layers, n_heads), torch.nan, dtype=torch.double)
    for layer in ${ranges.layers}:
        for head in range(n_heads):
            place = s_[${place}]
            hooks = patch(hook_name, [layer], place, source)
            values[layer, head] = metric(run(prompt, hooks))
    return values`;
  }
  return `
def ${name}(hook_name, prompt, source):
    """The metric of each patched run: [layer · n_heads + head, position]."""
    values = torch.full((n_layers, n_heads, length), torch.nan, dtype=torch.double)
    for layer in ${ranges.layers}:
        for head in range(n_heads):
            for position in ${ranges.positions}:
                place = s_[${place}]
                hooks = patch(hook_name, [layer], place, source)
                values[layer, head, position] = metric(run(prompt, hooks))
    return values.flatten(0, 1)`;
}

/** Whether its values are of a query and a key. */
const hasKeys = (site: Site) => site === 'pattern' || site === 'attn_scores';

/** Sections: how activations are put in, and a function for each kind of site. */
export function heatmapSections(subject: ProgramSubject): string[] {
  const { by_position: byPosition } = subject.experiment;
  const sites = subject.start.sweeps.map(({ site }) => site);
  const ranges = rangesOf(subject);
  const positions = byPosition ? ranges.span : ranges.all;
  // Of keys, values are [batch, head, query, key]; what follows the prompt is no key of a prompt's query.
  const pattern =
    positions === ':'
      ? ':, head'
      : `:, head, ${positions}${subject.isContinuation ? ', :length' : ''}`;
  const has = (is: (site: Site) => boolean) => sites.some(is);
  return [
    PATCH,
    has((site) => !isHeadSite(site)) ? positionsSection(ranges) : '',
    has((site) => isHeadSite(site) && !hasKeys(site))
      ? headsSection(HEADS_CALL, ranges, byPosition, `:, ${positions}, head`)
      : '',
    has(hasKeys) ? headsSection(PATTERNS_CALL, ranges, byPosition, pattern) : '',
  ];
}

/** The function that a site's heatmap is computed by. */
export function heatmapCall(site: Site): string {
  if (hasKeys(site)) return PATTERNS_CALL;
  return isHeadSite(site) ? HEADS_CALL : POSITIONS_CALL;
}
