/** A description of an experiment, as strict as the core is (core/document/experiment.cpp). */

import { DEFAULTS, isHeadSite } from '../experiment/defaults';
import {
  type Bounds,
  type Corruption,
  type Direction,
  DIRECTIONS,
  type Experiment,
  NOISE,
  POSITION_SITES,
  type Site,
  SITES,
  type TargetText,
} from '../experiment/experiment';
import type { InputValue } from './input-value';

// The last five are a saved result's.
const KEYS = [
  ...['patchboard', 'model', 'clean', 'corrupted', 'bos', 'special_tokens', 'targets', 'sites'],
  ...['directions', 'by_position', 'corruption', 'window', 'span', 'region'],
  ...['tokens', 'results', 'work', 'seconds', 'checks'],
];
const KINDS = ['prompt', 'noise', 'zero', 'mean'] as const;

const LARGEST_INDEX = 2 ** 31 - 1;
const LARGEST_SEED = 2 ** 32 - 1;
const LARGEST_MULTIPLE = 1e9;
const MOST_SAMPLES = 10_000;

function readPrompt(value: InputValue): string | number[] {
  if (value.kind === 'text') return value.text();
  if (value.kind !== 'list') value.refuse('a text or a list of token ids');
  return value.list(0, 'token ids').map((id) => id.whole(0, LARGEST_INDEX));
}

/** A prompt that the page can only show as a text. */
function readText(value: InputValue, what: string): string {
  if (value.kind === 'list') {
    value.refuse(`a text: ${what} of token ids run in the command, the page cannot show them yet`);
  }
  return value.text();
}

function readTarget(value: InputValue): TargetText {
  if (value.kind === 'text') return value.text();
  if (value.kind === 'number') return value.whole(0, LARGEST_INDEX);
  const continuation = value.kind === 'object' ? value.find('continuation') : undefined;
  if (!continuation) value.refuse('the text of one token, its id, or {"continuation": "a text"}');
  value.requireKeys(['continuation']);
  const text = readText(continuation, 'continuations');
  return text === '' ? continuation.refuse('a text of one token at least') : { continuation: text };
}

function readNoise(value: InputValue): Corruption {
  value.requireKeys(['kind', 'positions', 'multiple', 'samples', 'seed']);
  const list = value.at('positions');
  const positions = list
    .list(1, 'tokens’ positions')
    .map((position) => position.whole(0, LARGEST_INDEX));
  if (new Set(positions).size < positions.length) list.refuse('each position once');
  const isMultiple = (number: number) => Math.fround(number) > 0 && number <= LARGEST_MULTIPLE;
  const expected = `a number above 0, up to ${LARGEST_MULTIPLE}`;
  return {
    kind: 'noise',
    positions,
    multiple: value.find('multiple')?.number(expected, isMultiple) ?? NOISE.multiple,
    samples: value.find('samples')?.whole(1, MOST_SAMPLES) ?? NOISE.samples,
    seed: value.find('seed')?.whole(0, LARGEST_SEED) ?? NOISE.seed,
  };
}

function readMeanPrompt(value: InputValue): string {
  const text = readText(value, 'prompts of a mean');
  return text === '' ? value.refuse('a prompt') : text;
}

function readCorruption(value: InputValue | undefined): Corruption {
  if (!value) return { kind: 'prompt' };
  if (value.kind !== 'object' || !value.find('kind')) {
    value.refuse('{"kind": …} with prompt, noise, zero or mean');
  }
  const kind = value.at('kind').oneOf(KINDS);
  if (kind === 'noise') return readNoise(value);
  if (kind === 'mean') {
    value.requireKeys(['kind', 'prompts']);
    const prompts = value.at('prompts').list(1, 'prompts');
    return { kind, prompts: prompts.map(readMeanPrompt) };
  }
  value.requireKeys(['kind']);
  return { kind };
}

/** Each once, as they are run. */
function readNames<T extends string>(
  value: InputValue | undefined,
  known: readonly T[],
  what: string,
  otherwise: readonly T[],
): T[] {
  if (!value) return [...otherwise];
  return [...new Set(value.list(1, what).map((name) => name.oneOf(known)))];
}

/** Each entry is a site's name, or an object with the layers in which alone it is patched. */
function readSites(value: InputValue | undefined): Pick<Experiment, 'sites' | 'layers_of_sites'> {
  if (!value) return { sites: [...DEFAULTS.sites] };
  const found = new Map<Site, Bounds | undefined>();
  for (const entry of value.list(1, 'sites')) {
    const isObject = entry.kind === 'object';
    if (isObject) entry.requireKeys(['site', 'layers']);
    const site = (isObject ? entry.at('site') : entry).oneOf(SITES);
    const layers = isObject ? readBounds(entry.at('layers')) : undefined;
    if (found.has(site) && found.get(site)?.join() !== layers?.join()) {
      entry.refuse(`the same layers as where ${site} is listed first, or the site once`);
    }
    found.set(site, layers);
  }
  const restricted = [...found].filter(([, layers]) => layers);
  const layers = Object.fromEntries(restricted) as Partial<Record<Site, Bounds>>;
  return { sites: [...found.keys()], ...(restricted.length > 0 && { layers_of_sites: layers }) };
}

function readByPosition(value: InputValue | undefined): boolean {
  if (value?.kind !== 'text') return value?.truth() ?? false;
  if (value.text() !== 'pairs') value.refuse('true, false or "pairs"');
  return value.fail(
    '"pairs" has a cell for each head, query and key, which the page cannot show yet: the command runs ' +
      'it, or expected true or false',
  );
}

function readBounds(value: InputValue): Bounds {
  const expected = '[first, end], the first smaller than the end';
  const [first, end, ...more] = value.kind === 'list' ? value.list(0, '') : [];
  if (!first || !end || more.length > 0) value.refuse(expected);
  const bounds: Bounds = [first.whole(0, LARGEST_INDEX), end.whole(0, LARGEST_INDEX)];
  return bounds[0] < bounds[1] ? bounds : value.refuse(expected);
}

function readRegion(value: InputValue | undefined): Pick<Experiment, 'region'> {
  if (!value) return {};
  value.requireKeys(['layers', 'positions']);
  const region = { layers: value.at('layers'), positions: value.at('positions') };
  return {
    region: { layers: readBounds(region.layers), positions: readBounds(region.positions) },
  };
}

/** The page's own settings would be left aside where they do not go together; a document's are an error. */
function requireTogether(document: InputValue, experiment: Experiment): void {
  const { sites, by_position, window, span, directions, corruption } = experiment;
  const hasHeads = sites.some(isHeadSite);
  if (hasHeads && window > 1) {
    document.fail(
      `a window of layers is patched at ${POSITION_SITES.join(', ')}, not at heads; expected "window" 1`,
    );
  }
  if (hasHeads && !by_position && span > 1) {
    document.fail(
      'at [layer, head] all positions are patched; expected "span" 1, or "by_position" true',
    );
  }
  const isAblation = corruption.kind === 'zero' || corruption.kind === 'mean';
  if (isAblation && directions.includes('denoising')) {
    document.fail(
      'an ablation puts zeros or means into the clean run; expected the direction noising alone',
    );
  }
}

function readCorrupted(document: InputValue, kind: Corruption['kind']) {
  const corrupted = document.find('corrupted');
  if (kind === 'prompt') {
    if (corrupted) return readPrompt(corrupted);
    document.fail('has no "corrupted", which the corruption by a prompt needs');
  }
  if (corrupted) {
    corrupted.fail(`is there beside the corruption "${kind}", which has none; leave one out`);
  }
  return readPrompt(document.at('clean')); // to begin with, where somebody then chooses a prompt
}

/** Also of a saved result, which is one with more keys. Throws an `OpenError`. */
export function readExperiment(document: InputValue): Experiment {
  document.requireKeys(KEYS);
  const version = document.find('patchboard');
  version?.number('1, the version that is known here', (number) => number === 1);
  const corruption = readCorruption(document.find('corruption'));
  const isAblation = corruption.kind === 'zero' || corruption.kind === 'mean';
  const usual: readonly Direction[] = isAblation ? ['noising'] : DEFAULTS.directions;
  const experiment: Experiment = {
    patchboard: 1,
    clean: readPrompt(document.at('clean')),
    corrupted: readCorrupted(document, corruption.kind),
    ...(document.find('bos')?.truth() && { bos: true }),
    ...(document.find('special_tokens')?.truth() === false && { special_tokens: false }),
    targets: document.at('targets').list(1, 'targets').map(readTarget),
    ...readSites(document.find('sites')),
    by_position: readByPosition(document.find('by_position')),
    directions: readNames(document.find('directions'), DIRECTIONS, 'directions', usual),
    corruption,
    window: document.find('window')?.whole(1, LARGEST_INDEX) ?? DEFAULTS.window,
    span: document.find('span')?.whole(1, LARGEST_INDEX) ?? DEFAULTS.span,
    ...readRegion(document.findValue('region')),
  };
  requireTogether(document, experiment);
  return experiment;
}
