/** The program's prompts and targets, in token ids: no tokenizer can make others of them. */

import type { Token } from '../../engine/module';
import { metricInfo } from '../../result/metrics';
import { commentText, idsText, pythonString } from './python';
import type { ProgramSubject } from './subject';

const textOf = (tokens: readonly Token[]) =>
  commentText(pythonString(tokens.map(({ text }) => text).join('')));

export function promptsSection(subject: ProgramSubject): string {
  const { experiment, start, metric, target, against, isContinuation } = subject;
  const more = isContinuation ? ', *target[:-1]' : '';
  const prompt = (name: string, tokens: readonly Token[]) =>
    `# ${textOf(tokens)}\n${name} = torch.tensor([[${idsText(tokens)}${more}]])\n`;
  const targetText = isContinuation
    ? `# The prompts go on with all of the target but its last token, and each of its tokens is read.
target = [${idsText(target)}]  # ${textOf(target)}\n`
    : `target = ${idsText(target)}  # ${textOf(target)}\n`;
  return [
    metricInfo(metric).ofTarget ? targetText : '',
    metric === 'logit_diff' ? `against = ${idsText(against)}  # ${textOf(against)}\n` : '',
    experiment.bos
      ? '# The ids begin with the token that the model begins texts with: what prepend_bos puts before a text.\n'
      : '',
    prompt('clean', start.tokensClean),
    experiment.corruption.kind === 'prompt' ? prompt('corrupted', start.tokensCorrupted) : '',
    `length = ${start.tokensClean.length}${isContinuation ? '  # of the prompts alone' : ''}`,
  ].join('');
}
