/** What was guessed in the lessons since the tab was opened. */

import type { ResultModel } from '../result/result';
import type { Answer, Answers } from './answers';

interface Played {
  lesson: Answers['lesson'];
  model: Pick<ResultModel, 'id' | 'label' | 'dtype' | 'digest'>;
}

export class AnswerBook {
  /** One entry for each lesson and each model that it was played on. */
  entries = $state.raw<readonly Answers[]>([]);

  /** Of a lesson, on the model that it was played on last. */
  of(address: string): Answers | undefined {
    return this.entries.findLast(({ lesson }) => lesson.address === address);
  }

  /** Lessons whose questions a person wants to be asked anew. */
  private again: readonly string[] = [];

  askAgain(address: string): void {
    this.again = [...this.again, address];
  }

  isAskedAgain(address: string): boolean {
    return this.again.includes(address);
  }

  /** What was kept; what was answered since then stays. */
  restore(kept: Answers): void {
    const { lesson, model } = kept;
    for (const answer of kept.answers) this.put({ lesson, model }, answer);
  }

  /** Of a step that was answered before, the first answer stays. */
  put({ lesson, model }: Played, answer: Answer): void {
    const { id, label, dtype, digest = '' } = model;
    const isOf = (entry: Answers) =>
      entry.lesson.address === lesson.address &&
      entry.model.digest === digest &&
      entry.model.dtype === dtype;
    const before = this.entries.find(isOf);
    const answers = before?.answers ?? [];
    if (answers.some(({ step }) => step === answer.step)) return;
    const entry: Answers = {
      lesson,
      model: { id, label, dtype, digest },
      answers: [...answers, answer].toSorted((a, b) => a.step - b.step),
    };
    this.entries = [...this.entries.filter((other) => !isOf(other)), entry];
  }
}

/** The page's. */
export const book = new AnswerBook();
