/** A set of pairs or a template that was opened elsewhere in the page. */

import type { MeanKind } from './set-pictures';

export interface OpenedMany {
  kind: 'pairs' | 'template';
  text: string;
  /** Of pairs: what is averaged, where the usual mean is not to be seen first. */
  mean?: MeanKind | undefined;
}
