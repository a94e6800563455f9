/** The link that opens a lesson's card. */

import { EMBEDDED_ID } from '../weights/sources';

/** model: where another one than the practice model is to be loaded. */
export function lessonQuery(name: string, step: number, model = EMBEDDED_ID): string {
  const query = new URLSearchParams({ lesson: name, step: String(step) });
  if (model !== EMBEDDED_ID) query.set('model', model);
  return `?${query.toString()}`;
}
