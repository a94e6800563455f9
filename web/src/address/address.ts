/** An experiment, what is shown of it, and its model in the page's address, so that a link reopens them. */

import {
  type Bounds,
  type Corruption,
  type Experiment,
  NOISE,
  type TargetText,
} from '../experiment/experiment';
import { DEFAULT_CHOICE, type MetricChoice } from '../result/metrics';
import { type Dtype, dtypeOf } from '../weights/dtype';
import { EMBEDDED_ID, type StandIn } from '../weights/sources';
import { QueryReader } from './query-reader';

/** A lesson, by its name or its address, and where it is; the first step is 1. */
export interface LessonPlace {
  name: string;
  step: number;
}

export interface AddressState {
  model: string;
  /** Undefined for what the model's size proposes. */
  dtype: Dtype | undefined;
  /** In the place of one that the model does not have. */
  tokenizer?: StandIn | undefined;
  experiment: Experiment;
  choice: MetricChoice;
  /** Whether the targets follow what the runs say: see `likeliestTargets`. */
  followsTargets: boolean;
  /** The cell that is looked at, as `placeKey` writes it; empty for none. */
  cell: string;
  /** Only the results, for a frame in another page. */
  embed: boolean;
  /** In large type, for a room. */
  present: boolean;
  lesson?: LessonPlace | undefined;
}

function setCorruption(query: URLSearchParams, corruption: Corruption): void {
  if (corruption.kind === 'prompt') return;
  query.set('corruption', corruption.kind);
  if (corruption.kind === 'noise') {
    query.set('noise-positions', corruption.positions.join(','));
    query.set('multiple', String(corruption.multiple));
    query.set('samples', String(corruption.samples));
    query.set('seed', String(corruption.seed));
  }
  if (corruption.kind === 'mean') {
    for (const prompt of corruption.prompts) query.append('mean-prompt', prompt);
  }
}

function setPrompt(query: URLSearchParams, name: string, prompt: string | number[]): void {
  if (typeof prompt === 'string') query.set(name, prompt);
  else query.set(`${name}-ids`, prompt.join(','));
}

function appendTarget(query: URLSearchParams, target: TargetText): void {
  if (typeof target === 'string') query.append('target', target);
  else if (typeof target === 'number') query.append('target-id', String(target));
  else query.append('continuation', target.continuation);
}

/** "2-5", both included. */
function setBounds(query: URLSearchParams, name: string, bounds: Bounds | undefined): void {
  if (bounds) query.set(name, `${bounds[0]}-${bounds[1] - 1}`);
}

/** The query, with its question mark; what nobody changed is left out. */
export function toQuery(
  state: Pick<AddressState, 'model' | 'dtype' | 'experiment' | 'choice'> & Partial<AddressState>,
): string {
  const { model, dtype, experiment, choice } = state;
  const query = new URLSearchParams();
  if (state.embed) query.set('embed', '');
  if (state.present) query.set('present', '');
  if (state.lesson) {
    query.set('lesson', state.lesson.name);
    query.set('step', String(state.lesson.step));
  }
  if (model !== EMBEDDED_ID) query.set('model', model);
  if (dtype) query.set('dtype', dtype);
  if (state.tokenizer) query.set('tokenizer', state.tokenizer);
  setPrompt(query, 'clean', experiment.clean);
  setPrompt(query, 'corrupted', experiment.corrupted);
  for (const target of experiment.targets) appendTarget(query, target);
  if (state.followsTargets) query.set('follow', '');
  if (experiment.sites.join() !== 'resid_post') {
    for (const site of experiment.sites) query.append('site', site);
  }
  for (const site of experiment.sites) {
    setBounds(query, `${site}-layers`, experiment.layers_of_sites?.[site]);
  }
  if (experiment.directions.join() !== 'denoising') {
    for (const direction of experiment.directions) query.append('direction', direction);
  }
  if (experiment.by_position) query.set('by-position', '');
  if (experiment.bos) query.set('bos', '');
  if (experiment.special_tokens === false) query.set('special-tokens', 'text');
  if (experiment.window !== 1) query.set('window', String(experiment.window));
  if (experiment.span !== 1) query.set('span', String(experiment.span));
  setCorruption(query, experiment.corruption);
  setBounds(query, 'layers', experiment.region?.layers);
  setBounds(query, 'positions', experiment.region?.positions);
  if (choice.metric) query.set('metric', choice.metric);
  if (choice.reference !== DEFAULT_CHOICE.reference) query.set('reference', choice.reference);
  if (choice.target !== DEFAULT_CHOICE.target) query.set('of', String(choice.target));
  if (choice.against !== DEFAULT_CHOICE.against) query.set('against', String(choice.against));
  if (state.cell) query.set('cell', state.cell);
  return `?${query.toString().replaceAll(/\b(embed|present|by-position|bos|follow)=(?=&|$)/g, '$1')}`;
}

function readCorruption(query: QueryReader): Corruption {
  switch (query.oneOf('corruption', ['prompt', 'noise', 'zero', 'mean'], 'prompt')) {
    case 'noise':
      return {
        kind: 'noise',
        positions: query.numbers('noise-positions') ?? [],
        multiple: query.number('multiple', NOISE.multiple),
        samples: query.number('samples', NOISE.samples),
        seed: query.number('seed', NOISE.seed),
      };
    case 'zero':
      return { kind: 'zero' };
    case 'mean':
      return { kind: 'mean', prompts: query.all('mean-prompt') };
    case 'prompt':
      return { kind: 'prompt' };
  }
}

/** What the query says, over the defaults; `problems` tells what in it was not understood. */
export function fromQuery(
  text: string,
  defaults: Experiment,
): AddressState & { problems: string[] } {
  const query = new QueryReader(text);
  const asked = query.text('dtype');
  const dtype = asked === undefined ? undefined : dtypeOf(asked);
  if (asked !== undefined && !dtype) {
    query.problem(`the address asks for weights in "${asked}", expected f32, f16 or q8_0`);
  }
  const tokenizer = query.text('tokenizer');
  if (tokenizer !== undefined && tokenizer !== 'gpt2') {
    query.problem(`the address asks for the tokenizer "${tokenizer}", expected gpt2`);
  }
  const targets = query.targets();
  const clean = query.numbers('clean-ids') ?? query.text('clean');
  const region = query.region();
  const sites = query.sites(defaults.sites);
  const layersOfSites = query.layersOf(sites);
  const lesson = query.lesson();
  const experiment: Experiment = {
    patchboard: 1,
    clean: clean ?? defaults.clean,
    corrupted: query.numbers('corrupted-ids') ?? query.text('corrupted') ?? defaults.corrupted,
    ...(query.isSet('bos') && { bos: true }),
    ...(query.oneOf('special-tokens', ['tokens', 'text'], 'tokens') === 'text' && {
      special_tokens: false,
    }),
    targets: targets.length > 0 ? targets : defaults.targets,
    sites,
    by_position: query.isSet('by-position'),
    directions: query.directions(defaults.directions),
    corruption: readCorruption(query),
    window: query.number('window', defaults.window),
    span: query.number('span', defaults.span),
    ...(region ? { region } : {}),
    ...(layersOfSites ? { layers_of_sites: layersOfSites } : {}),
  };
  return {
    model: query.text('model') ?? EMBEDDED_ID,
    dtype,
    ...(tokenizer === 'gpt2' && { tokenizer }),
    experiment,
    choice: query.choice(),
    followsTargets: query.isSet('follow') || targets.length === 0,
    cell: query.text('cell') ?? '',
    embed: query.isSet('embed'),
    present: query.isSet('present'),
    ...(lesson && { lesson }),
    problems: query.allProblems(),
  };
}
