/** A student's answers as a file to hand in: docs/teaching.md says what is in it. */

import { fileName } from '../browser/save-file';
import type { Answer, Answers } from './answers';
import type { Lesson } from './lesson';
import { xxhash64 } from '../weights/hash';

export const VERSION = 1;

export interface HandIn {
  /** As the student wrote it; may be empty. */
  name: string;
  /** ISO 8601. */
  saved: string;
  lesson: Answers['lesson'] & {
    /** Of what the lesson says and asks. */
    digest: string;
  };
  model: Answers['model'];
  answers: readonly Answer[];
}

/** Of a lesson as it was read, so that spaces in its file make no other lesson of it. */
export const digestOf = (lesson: Lesson): Promise<string> => xxhash64(JSON.stringify(lesson));

/** Its keys always in the same order: what is checked is what is written. */
function answerOf(answer: Answer) {
  const { step, title, question, guess, guessed, truth, verdict, when } = answer;
  const asked = 'map' in answer ? { map: answer.map } : { choices: answer.choices };
  const given = {
    ...(guessed !== undefined && { guessed }),
    ...(truth !== undefined && { truth }),
  };
  return { step, title, question, guess, ...asked, ...given, verdict, when };
}

function documentOf({ name, saved, lesson, model, answers }: HandIn, dtype: string) {
  const { address, title, steps, digest } = lesson;
  const { id, label, digest: fingerprint } = model;
  return {
    patchboard_answers: VERSION,
    ...(name !== '' && { name }),
    saved,
    lesson: { address, title, steps, digest },
    model: { id, label, dtype, digest: fingerprint },
    answers: answers.map(answerOf),
  };
}

/** What tells whether a file was changed since it was saved. dtype: as it says it, perhaps by an older name. */
export const checkOf = (handIn: HandIn, dtype: string = handIn.model.dtype): Promise<string> =>
  xxhash64(JSON.stringify(documentOf(handIn, dtype)));

export async function handInText(handIn: HandIn): Promise<string> {
  const document = { ...documentOf(handIn, handIn.model.dtype), check: await checkOf(handIn) };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const LONGEST_TITLE = 28;

/** The name is what tells a class's files apart: a long title does not take its room. */
export const handInName = ({ name, lesson }: Pick<HandIn, 'name' | 'lesson'>): string =>
  fileName(`${Array.from(lesson.title).slice(0, LONGEST_TITLE).join('')} ${name}`, 'json');
