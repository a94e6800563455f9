import { valueOf } from '../../web/src/engine/measure-table';
import { expect, test } from 'vitest';

import type { TemplateStart } from '../../web/src/engine/module';
import { TemplateRun, type TemplateSource } from '../../web/src/many/template-run.svelte';
import { MODEL } from './example-result';
import { probabilities } from './measure-tables';

const fillings = ['a', 'b', 'c', 'd'].map((text) => ({
  words: [text],
  text,
  tokens: text === 'c' ? 2 : 1,
  keeps: text !== 'c',
}));
const start = { slots: [['a', 'b', 'c', 'd']], fillings };

test('fillings of another length are not measured, and one that fails is told', async () => {
  const asked: unknown[] = [];
  const run = new TemplateRun();
  const source = {
    expandTemplate: () => Promise.resolve(start),
    measure: (prompt: string | number[]) => {
      asked.push(prompt);
      return prompt === 'b'
        ? Promise.reject(new Error('too long'))
        : Promise.resolve(probabilities(0.5));
    },
  };
  await run.run(source, '{a|b|c|d}', [' X'], MODEL);
  expect(asked).toEqual(['a', 'b', 'd']);
  expect(run.status).toBe('done');
  expect(run.fillings.map(({ problem }) => problem)).toEqual([undefined, 'too long', undefined]);
});

test('a template is cancelled between two fillings', async () => {
  const run = new TemplateRun();
  const source = {
    expandTemplate: () => Promise.resolve(start),
    measure: () => {
      run.cancel();
      return Promise.resolve(probabilities(0.5));
    },
  };
  await run.run(source, '{a|b}', [], MODEL);
  expect([run.status, run.done]).toEqual(['cancelled', 0]);
});

const sourceOf = (expand: (template: string) => Promise<TemplateStart>): TemplateSource => ({
  expandTemplate: expand,
  measure: () => Promise.resolve(probabilities(0.5)),
});

test('a template that is refused leaves the one before, which is told apart', async () => {
  const run = new TemplateRun();
  const source = sourceOf((template) =>
    template.endsWith('}') ? Promise.resolve(start) : Promise.reject(new Error('no slot ends')),
  );
  await run.run(source, '{a', [' X'], MODEL);
  expect([run.status, run.story, run.label]).toEqual(['failed', '', undefined]);
  await run.run(source, '{a|b|c|d}', [' X'], MODEL);
  expect([run.story, run.label]).toEqual(['3 of 3 fillings of 1 tokens', undefined]);
  await run.run(source, '{a', [' Y'], { ...MODEL, label: 'another' });
  expect([run.status, run.problem]).toEqual(['failed', 'no slot ends']);
  expect(run.story).toBe('Of the template before: 3 of 3 fillings of 1 tokens');
  expect(run.label).toContain('{a|b|c|d}');
  // What the table, its caption and its CSV are made of.
  expect([run.template, run.targets, run.model]).toEqual(['{a|b|c|d}', [' X'], MODEL]);
  expect(run.fillings.map(({ measures: found }) => found && valueOf(found, 'prob'))).toEqual([
    0.5, 0.5, 0.5,
  ]);
  await run.run(source, '{d|c|b|a}', [' Y'], MODEL);
  expect([run.template, run.label, run.done]).toEqual(['{d|c|b|a}', undefined, 3]);
});

test('a template that is cancelled before its fillings are known leaves the one before', async () => {
  const run = new TemplateRun();
  await run.run(
    sourceOf(() => Promise.resolve(start)),
    '{a|b|c|d}',
    [' X'],
    MODEL,
  );
  const source = sourceOf(() => {
    run.cancel();
    return Promise.resolve({ slots: [], fillings: [] });
  });
  await run.run(source, 'e', [' X'], MODEL);
  expect(run.story).toBe(
    'Cancelled before it began. Of the template before: 3 of 3 fillings of 1 tokens',
  );
  expect(run.label).toContain('{a|b|c|d}');
});
