/** An experiment, what is shown of it, and its model in the page's address, so that a link reopens them. */

import { DEFAULT_CHOICE, type MetricChoice } from '../heatmap/metrics';
import { type Dtype, isDtype } from '../weights/dtype';
import { EMBEDDED_ID } from '../weights/sources';
import { type Corruption, type Experiment, NOISE, type TargetText } from './experiment';
import { QueryReader } from './query-reader';

export interface AddressState {
  model: string;
  /** Undefined for what the model's size proposes. */
  dtype: Dtype | undefined;
  experiment: Experiment;
  choice: MetricChoice;
  /** Only the results, for a frame in another page. */
  embed: boolean;
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

/** The query, with its question mark; what nobody changed is left out. */
export function toQuery(state: Omit<AddressState, 'embed'> & { embed?: boolean }): string {
  const { model, dtype, experiment, choice } = state;
  const query = new URLSearchParams();
  if (state.embed) query.set('embed', '');
  if (model !== EMBEDDED_ID) query.set('model', model);
  if (dtype) query.set('dtype', dtype);
  setPrompt(query, 'clean', experiment.clean);
  setPrompt(query, 'corrupted', experiment.corrupted);
  for (const target of experiment.targets) appendTarget(query, target);
  if (experiment.sites.join() !== 'resid_post') {
    for (const site of experiment.sites) query.append('site', site);
  }
  if (experiment.directions.join() !== 'denoising') {
    for (const direction of experiment.directions) query.append('direction', direction);
  }
  if (experiment.by_position) query.set('by-position', '');
  if (experiment.window !== 1) query.set('window', String(experiment.window));
  if (experiment.span !== 1) query.set('span', String(experiment.span));
  setCorruption(query, experiment.corruption);
  for (const name of ['layers', 'positions'] as const) {
    const bounds = experiment.region?.[name];
    if (bounds) query.set(name, `${bounds[0]}-${bounds[1] - 1}`);
  }
  if (choice.metric) query.set('metric', choice.metric);
  if (choice.reference !== DEFAULT_CHOICE.reference) query.set('reference', choice.reference);
  if (choice.target !== DEFAULT_CHOICE.target) query.set('of', String(choice.target));
  if (choice.against !== DEFAULT_CHOICE.against) query.set('against', String(choice.against));
  return `?${query.toString().replaceAll(/\b(embed|by-position)=(?=&|$)/g, '$1')}`;
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
  const dtype = query.text('dtype');
  if (dtype !== undefined && !isDtype(dtype)) {
    query.problem(`the address asks for weights in "${dtype}", expected f32, f16 or q8`);
  }
  const targets = query.targets();
  const region = query.region();
  const experiment: Experiment = {
    patchboard: 1,
    clean: query.numbers('clean-ids') ?? query.text('clean') ?? defaults.clean,
    corrupted: query.numbers('corrupted-ids') ?? query.text('corrupted') ?? defaults.corrupted,
    targets: targets.length > 0 ? targets : defaults.targets,
    sites: query.sites(defaults.sites),
    by_position: query.isSet('by-position'),
    directions: query.directions(defaults.directions),
    corruption: readCorruption(query),
    window: query.number('window', defaults.window),
    span: query.number('span', defaults.span),
    ...(region ? { region } : {}),
  };
  return {
    model: query.text('model') ?? EMBEDDED_ID,
    dtype: dtype !== undefined && isDtype(dtype) ? dtype : undefined,
    experiment,
    choice: query.choice(),
    embed: query.isSet('embed'),
    problems: query.allProblems(),
  };
}
