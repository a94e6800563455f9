/** Where a document's numbers came from. */

import { type Dtype, DTYPE_NAMES, dtypeOf } from '../weights/dtype';
import { todaysId } from '../weights/model-address';
import type { StandIn } from '../weights/sources';
import type { InputValue } from './input-value';

export interface SavedModel {
  id: string;
  label: string;
  dtype: Dtype;
  digest?: string;
  /** What stands in for a tokenizer that it does not have. */
  tokenizer?: StandIn | undefined;
}

/** Undefined where the document names none. label: its id, where it has none. */
export function readModel(document: InputValue): SavedModel | undefined {
  const model = document.findValue('model');
  model?.requireKeys(['id', 'label', 'dtype', 'digest', 'tokenizer']);
  const id = model?.findValue('id')?.text();
  if (!model || id === undefined) return undefined;
  const dtype = dtypeOf(model.findValue('dtype')?.oneOf(DTYPE_NAMES) ?? 'f32') ?? 'f32';
  const digest = model.findValue('digest')?.text();
  const label = model.findValue('label')?.text() ?? id;
  const today = todaysId(id);
  const tokenizer = model.findValue('tokenizer')?.oneOf(['gpt2'] as const);
  return {
    id: today,
    label: label === id ? today : label,
    dtype,
    ...(digest !== undefined && { digest }),
    ...(tokenizer && { tokenizer }),
  };
}
