/** Plays a lesson by keys alone, in any browser. */

import { expect } from '@playwright/test';

/** Of Playwright's page and of Puppeteer's. */
export interface KeyedPage {
  keyboard: { press: (key: 'Tab' | 'Enter' | ' ' | 'ArrowDown') => Promise<void> };
  evaluate: <Result>(code: string) => Promise<Result>;
}

/** How a step's question is answered, and what is said of it. */
interface Guess {
  /** How far down each list, from its "?". */
  lists?: readonly number[];
  /** Which choice, from 0 on. */
  choice?: number;
  said: string;
}

export interface Script {
  name: string;
  steps: number;
  guesses: Readonly<Record<number, Guess>>;
}

/** Right and wrong guesses. */
export const SCRIPTS: readonly Script[] = [
  {
    name: 'surname',
    steps: 7,
    guesses: {
      3: { lists: [2], said: 'Right: “Jones”.' },
      4: { lists: [1], said: 'It is after layer 4.' },
      5: { choice: 1, said: 'Not quite. The right answer: The same places are blue.' },
    },
  },
  {
    name: 'enough',
    steps: 10,
    guesses: {
      2: { lists: [1], said: 'Not “Michelle”, but “Jones”.' },
      3: { choice: 1, said: 'Right.' },
      5: { choice: 1, said: 'Right. No word of the top row takes away more than 1 % of the way.' },
      7: { lists: [5, 4], said: 'Right: head 4.3, with 88 % of the way.' },
      8: { choice: 0, said: 'Not quite. The right answer: No: without any one of them most of it' },
    },
  },
  {
    name: 'to-whom',
    steps: 5,
    guesses: {
      2: { lists: [5], said: 'Nearly: it is layer 3.' },
      3: { choice: 0, said: 'Right.' },
    },
  },
  {
    name: 'who-carries',
    steps: 5,
    guesses: {
      2: { lists: [5, 2], said: 'Right: head 4.2.' },
      3: {
        choice: 2,
        said: 'Not quite. The right answer: “Jones”, the surname. In the panel beside the map, arcs show where',
      },
    },
  },
  {
    name: 'count',
    steps: 6,
    guesses: {
      2: { lists: [4], said: ', but “four”. Its vector brings back 93 %' },
      3: { lists: [15], said: 'Right: “five”.' },
    },
  },
];

const MAP = '[aria-label="Map"] [role="application"]';
const NEXT = '.lesson .steps .primary';
const CHECK = '.lesson .buttons .primary';
/** Without a wait that is longer than the map's computing on a busy machine. */
const WAIT = { timeout: 120_000 };

const textOf = (page: KeyedPage, selector: string) =>
  page.evaluate<string>(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`);

const isAt = (page: KeyedPage, selector: string) =>
  page.evaluate<boolean>(`document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`);

/** From where the focus is. */
async function tabTo(page: KeyedPage, selector: string): Promise<void> {
  for (let presses = 0; presses < 12; presses++) {
    if (await isAt(page, selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${selector}`);
}

async function answer(page: KeyedPage, { lists = [], choice, said }: Guess): Promise<void> {
  await expect
    .poll(() => page.evaluate<boolean>(`document.querySelector('${CHECK}') !== null`), WAIT)
    .toBe(true);
  for (const [index, presses] of lists.entries()) {
    await tabTo(page, `.lesson .places label:nth-child(${index + 1}) select`);
    for (let press = 0; press < presses; press++) await page.keyboard.press('ArrowDown');
  }
  if (choice !== undefined) {
    await tabTo(page, '.lesson input[type=radio]');
    await page.keyboard.press(' ');
    for (let press = 0; press < choice; press++) await page.keyboard.press('ArrowDown');
  }
  await tabTo(page, CHECK);
  await page.keyboard.press('Enter');
  await expect.poll(() => textOf(page, '.lesson .said')).toContain(said);
}

/** From its first card, whose heading has the focus, to its last. at: told of each card that is through. */
export async function playByKeys(
  page: KeyedPage,
  { steps, guesses }: Script,
  at: (step: number) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  for (let step = 1; step <= steps; step++) {
    await expect
      .poll(() => textOf(page, '.lesson header p'), WAIT)
      .toContain(`${step} of ${steps}`);
    await expect.poll(() => isAt(page, '.lesson h2')).toBe(true);
    const guess = guesses[step];
    if (guess) await answer(page, guess);
    await at(step);
    await tabTo(page, NEXT);
    await page.keyboard.press('Enter');
  }
  await expect
    .poll(() => page.evaluate<boolean>(`document.querySelector('.lesson') === null`))
    .toBe(true);
  // What had it is gone.
  await expect.poll(() => isAt(page, MAP)).toBe(true);
}
