/** An experiment and its model in the page's address, so that a link reopens them. */

import { type Dtype, isDtype } from '../weights/dtype';
import { EMBEDDED_ID } from '../weights/sources';
import { type Experiment, isColouring } from './experiment';

export interface AddressState {
  model: string;
  /** Undefined for what the model's size proposes. */
  dtype: Dtype | undefined;
  experiment: Experiment;
}

const KEYS = ['model', 'dtype', 'clean', 'corrupted', 'target', 'colour'] as const;

/** The query, with its question mark. */
export function toQuery({ model, dtype, experiment }: AddressState): string {
  const query = new URLSearchParams();
  if (model !== EMBEDDED_ID) query.set('model', model);
  if (dtype) query.set('dtype', dtype);
  query.set('clean', experiment.clean);
  query.set('corrupted', experiment.corrupted);
  for (const target of experiment.targets) query.append('target', target);
  query.set('colour', experiment.colouring);
  return `?${query.toString()}`;
}

/** What the query says, over the defaults; `problems` tells what in it was not understood. */
export function fromQuery(
  text: string,
  defaults: Experiment,
): AddressState & { problems: string[] } {
  const query = new URLSearchParams(text);
  const problems = [...new Set(query.keys())]
    .filter((key) => !(KEYS as readonly string[]).includes(key))
    .map((key) => `the address has "${key}", which means nothing here`);
  const colour = query.get('colour') ?? defaults.colouring;
  if (!isColouring(colour)) {
    problems.push(`the address asks for the colouring "${colour}", which there is not`);
  }
  const dtype = query.get('dtype') ?? undefined;
  if (dtype !== undefined && !isDtype(dtype)) {
    problems.push(`the address asks for weights in "${dtype}", expected f32, f16 or q8`);
  }
  const targets = query.getAll('target');
  return {
    model: query.get('model') ?? EMBEDDED_ID,
    dtype: dtype !== undefined && isDtype(dtype) ? dtype : undefined,
    experiment: {
      clean: query.get('clean') ?? defaults.clean,
      corrupted: query.get('corrupted') ?? defaults.corrupted,
      targets: targets.length > 0 ? targets : defaults.targets,
      colouring: isColouring(colour) ? colour : defaults.colouring,
    },
    problems,
  };
}
