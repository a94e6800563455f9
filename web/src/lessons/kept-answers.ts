/** Answers kept for as long as the tab is there, so that a reload loses none; as they are handed in. */

import type { ResultModel } from '../result/result';
import { type Answers, now } from './answers';
import { digestOf, handInText } from './hand-in';
import type { Lesson } from './lesson';
import { readHandIn } from './read-hand-in';

export type Items = Pick<Storage, 'getItem' | 'setItem'>;

type Of = Pick<ResultModel, 'digest' | 'dtype'>;

const keyFor = (digest: string, model: Of) =>
  `patchboard answers ${digest} ${model.digest ?? ''} ${model.dtype}`;

/** Undefined where the browser has none for this page. */
export function itemsOfTab(): Items | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    // A page of a private window may have none: answers last as long as the page.
    return undefined;
  }
}

export async function keepAnswers(
  items: Items | undefined,
  lesson: Lesson,
  answers: Answers,
): Promise<void> {
  const digest = await digestOf(lesson);
  const text = await handInText({
    ...answers,
    name: '',
    saved: now(),
    lesson: { ...answers.lesson, digest },
  });
  try {
    items?.setItem(keyFor(digest, answers.model), text);
  } catch {
    // No room, or a private window: they last as long as the page.
  }
}

/** Undefined where there are none of this lesson and model, or none that can be read. */
export async function keptAnswers(
  items: Items | undefined,
  address: string,
  lesson: Lesson,
  model: Of,
): Promise<Answers | undefined> {
  const digest = await digestOf(lesson);
  const key = keyFor(digest, model);
  try {
    const text = items?.getItem(key);
    if (typeof text !== 'string') return undefined;
    const read = await readHandIn(text, key);
    const isOfThis =
      read.lesson.digest === digest &&
      read.lesson.steps === lesson.steps.length &&
      read.model.digest === (model.digest ?? '') &&
      read.model.dtype === model.dtype;
    const { title, steps } = read.lesson;
    return isOfThis
      ? { lesson: { address, title, steps }, model: read.model, answers: read.answers }
      : undefined;
  } catch {
    // Of another version, or changed: as if nothing had been answered.
    return undefined;
  }
}
