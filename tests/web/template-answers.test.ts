import { expect, test } from 'vitest';

import type { Prompt } from '../../web/src/engine/module';
import { templateTargets } from '../../web/src/many/template-answers';

const filling = (text: string, keeps = true) => ({ words: [text], text, tokens: 1, keeps });

const model = (answers: Record<string, [id: number, text: string, prob: number][]>) => ({
  expandTemplate: (template: string) => {
    const words = template.slice(1, -1).split('|');
    const fillings = words.map((word) => filling(word, word in answers));
    return Promise.resolve({ slots: [words], fillings });
  },
  predict: (prompt: Prompt) =>
    Promise.resolve(
      (answers[String(prompt)] ?? []).map(([id, text, prob]) => ({ id, text, prob, logit: prob })),
    ),
  resolveTarget: (text: string) =>
    text.startsWith(' ')
      ? Promise.resolve({ id: text.length, text })
      : Promise.reject(new Error('no single token')),
});

test('a template is measured by what the first and the last of its fillings answer', async () => {
  const answers = { a: [[2, ' x', 0.9]], c: [[3, ' yy', 0.8]] } as never;
  // "b" is of another length: it is not measured.
  expect(await templateTargets(model(answers), '{a|c|b}')).toEqual([' x', ' yy']);
});

test('where both answer the same, the other target is what the last makes likelier', async () => {
  const answers = {
    a: [
      [2, ' x', 0.9],
      [3, ' yy', 0.05],
      [4, ' zzz', 0.01],
    ],
    c: [
      [2, ' x', 0.6],
      [4, ' zzz', 0.3],
      [3, ' yy', 0.05],
    ],
  } as never;
  expect(await templateTargets(model(answers), '{a|c}')).toEqual([' x', ' zzz']);
});

test('a template without a filling that is measured has no targets', async () => {
  expect(await templateTargets(model({}), '{a|c}')).toEqual([]);
});
