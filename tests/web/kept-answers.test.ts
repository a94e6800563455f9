/** Answers that outlast a reload of the page. */

import { expect, test } from 'vitest';

import type { Answers } from '../../web/src/lessons/answers';
import { type Items, keepAnswers, keptAnswers } from '../../web/src/lessons/kept-answers';
import { parseLesson } from '../../web/src/lessons/parse-lesson';
import { handIn } from './hand-in-file';
import { lessonFile } from './lesson-file';

const lesson = parseLesson(JSON.stringify(lessonFile()), 'own');
const { model, answers } = handIn();
const given: Answers = {
  lesson: { address: 'own', title: lesson.title, steps: lesson.steps.length },
  model,
  answers: answers.filter(({ step }) => step <= lesson.steps.length),
};

function items() {
  const texts = new Map<string, string>();
  return {
    texts,
    getItem: (key: string) => texts.get(key) ?? null,
    setItem: (key: string, text: string) => void texts.set(key, text),
  };
}

test('what was answered is there again, for this lesson on this model alone', async () => {
  const tab = items();
  await keepAnswers(tab, lesson, given);
  expect(given.answers.length).toBeGreaterThan(0);
  expect(await keptAnswers(tab, 'own', lesson, model)).toEqual(given);
  const other = { ...lesson, title: 'Another' };
  expect(await keptAnswers(tab, 'own', other, model)).toBeUndefined();
  expect(await keptAnswers(tab, 'own', lesson, { ...model, digest: 'm2' })).toBeUndefined();
});

test('what was changed, or is no such text, is left', async () => {
  const tab = items();
  await keepAnswers(tab, lesson, given);
  const [[key, text] = ['', '']] = tab.texts;
  for (const broken of ['', '{', '[]', text.replace('"verdict": "right"', '"verdict": "near"')]) {
    expect(broken).not.toBe(text);
    tab.texts.set(key, broken);
    expect(await keptAnswers(tab, 'own', lesson, model)).toBeUndefined();
  }
});

test('a browser that keeps nothing hinders nothing', async () => {
  const refuse = () => {
    throw new DOMException('no', 'SecurityError');
  };
  const refusing: Items = { getItem: refuse, setItem: refuse };
  for (const none of [refusing, undefined]) {
    await keepAnswers(none, lesson, given);
    expect(await keptAnswers(none, 'own', lesson, model)).toBeUndefined();
  }
});
