/** What an effect asks for, until it asks for something else. */

import { expect, test } from 'vitest';

import { whileWanted } from '../../web/src/errors/errors';

const asked = (promise: Promise<string>) => {
  const heard: string[] = [];
  const drop = whileWanted(
    promise,
    (found) => heard.push(`found ${found}`),
    (why) => heard.push(`failed: ${why}`),
  );
  return { heard, drop };
};
const settle = () => new Promise((resolve) => setTimeout(resolve));

test('what is found is used, and why nothing is found is told', async () => {
  const [found, failed] = [asked(Promise.resolve('it')), asked(Promise.reject(new Error('no')))];
  await settle();
  expect([found.heard, failed.heard]).toEqual([['found it'], ['failed: no']]);
});

test('of what nobody wants any more nothing is heard', async () => {
  const [found, failed] = [asked(Promise.resolve('it')), asked(Promise.reject(new Error('no')))];
  found.drop();
  failed.drop();
  await settle();
  expect([found.heard, failed.heard]).toEqual([[], []]);
});
