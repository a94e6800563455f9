/** The lessons that come with the page, and those at an address of their own. */

import { messageOf } from '../errors/errors';
import { OpenError } from '../opening/json-tree';
import type { Lesson } from './lesson';
import { parseLesson } from './parse-lesson';

// Read as texts, by the reader that reads a teacher's.
const FILES = import.meta.glob<string>('./*.json', { query: '?raw', import: 'default' });

/** In their order. */
export const LESSONS = ['surname', 'enough', 'to-whom', 'who-carries', 'count'] as const;

/** In characters; the largest that comes with the page has about ten thousand. */
const LARGEST = 1_000_000;

async function textAt(address: string): Promise<string> {
  let response: Response;
  try {
    response = await fetch(new URL(address, document.baseURI));
  } catch (error) {
    throw new OpenError(
      `the lesson at ${address} cannot be fetched: ${messageOf(error)}; expected the address of a JSON file ` +
        `that this page may read, or one of ${LESSONS.join(', ')}`,
    );
  }
  if (!response.ok) {
    throw new OpenError(
      `there is no lesson at ${address} (status ${response.status}); expected the address of a JSON file, ` +
        `or one of ${LESSONS.join(', ')}`,
    );
  }
  return response.text();
}

/** name: one of the page's own, or the address of a JSON file. Rejects with what is wrong, in one line. */
export async function loadLesson(name: string): Promise<Lesson> {
  const own = FILES[`./${name}.json`];
  if (own) return parseLesson(await own(), name);
  const text = await textAt(name);
  if (/^\s*</.test(text)) {
    throw new OpenError(`the lesson at ${name} is a page of HTML; expected a JSON file`);
  }
  if (text.length > LARGEST) {
    throw new OpenError(
      `the lesson at ${name} has ${text.length} characters; expected ${LARGEST} at most`,
    );
  }
  return parseLesson(text, `the lesson at ${name}`);
}
