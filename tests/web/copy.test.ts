import { afterEach, expect, test, vi } from 'vitest';

import { copyText } from '../../web/src/browser/copy';
import { follow } from '../../web/src/errors/errors';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a text is copied, and nothing is said', async () => {
  const writeText = vi.fn(() => Promise.resolve());
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  expect(await copyText('?a')).toBeUndefined();
  expect(writeText).toHaveBeenCalledWith('?a');
});

test('over plain http, where a page has no clipboard, it says so', async () => {
  vi.stubGlobal('navigator', {});
  expect(await copyText('?a')).toContain('only over https or from localhost');
});

test('a refusal of the browser is told', async () => {
  const writeText = () => Promise.reject(new Error('not focused'));
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  expect(await copyText('?a')).toContain('not focused');
});

test('what a promise that nobody waits for rejects with is told', async () => {
  const told: string[] = [];
  follow(Promise.reject(new Error('no disk')), (problem) => told.push(problem));
  follow(Promise.resolve(), (problem) => told.push(problem));
  await new Promise((resolve) => setTimeout(resolve));
  expect(told).toEqual(['no disk']);
});
