/** Where a document's numbers came from. */

import { type Dtype, DTYPES } from '../weights/dtype';
import type { InputValue } from './input-value';

export interface SavedModel {
  id: string;
  label: string;
  dtype: Dtype;
  digest?: string;
}

/** Undefined where the document names none. label: its id, where it has none. */
export function readModel(document: InputValue): SavedModel | undefined {
  const model = document.findValue('model');
  model?.requireKeys(['id', 'label', 'dtype', 'digest']);
  const id = model?.findValue('id')?.text();
  if (!model || id === undefined) return undefined;
  const dtype = model.findValue('dtype')?.oneOf(DTYPES.map((known) => known.id)) ?? 'f32';
  const digest = model.findValue('digest')?.text();
  const label = model.findValue('label')?.text() ?? id;
  return { id, label, dtype, ...(digest !== undefined && { digest }) };
}
