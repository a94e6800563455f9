/** What a file of weights says of its model: config and tokenizer. */

import type { Session } from '../engine/module';
import type { Texts } from '../weights/texts';
import type { LoadReport } from './report';

/** Undefined as long as its header is not whole. A tokenizer that it has and that is not read is told. */
export function textsOfFile(session: Session, report: LoadReport): Texts | undefined {
  const found = session.modelTexts();
  if (!found) return undefined;
  const { config, tokenizer, problem } = found;
  if (problem !== '') report.note(`The file’s own tokenizer is not read: ${problem}.`);
  return { config, tokenizer };
}
