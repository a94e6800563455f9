/** What was opened, dropped or pasted, so that one place takes everything. */

import { messageOf } from '../errors/errors';
import { formatCount } from '../result/format';
import { FILES, isTorch, saysItsModel, WEIGHTS } from '../weights/files';
import { OpenError } from './json-tree';

export type Kind = 'experiment' | 'saved result' | 'pairs' | 'template' | 'model' | 'answers';

export type WhatItIs = { kind: Kind } | { kind: 'unknown'; why: string };

const WANTED =
  'an experiment or a saved result as JSON, a set of prompt pairs as JSON or CSV, a template with {several|words}, ' +
  'answers to a lesson, or a model’s folder, .gguf or .bin';

/** What a box of the page is to hold; the command takes more. In characters. */
const LARGEST_BOX = 1_000_000;

const MODEL_FILES: readonly string[] = [...Object.values(FILES), ...WEIGHTS];

/** By its name alone, whatever the folders before it. */
export function isModelFile(path: string): boolean {
  const name = path.replace(/^.*\//, '');
  return (
    MODEL_FILES.includes(name) ||
    name.endsWith('.safetensors') ||
    saysItsModel(name) ||
    isTorch(name)
  );
}

// `{Anna|Bob} was here` is a template: JSON goes on with a key, or ends.
const looksLikeJson = (text: string) => /^\s*(\[|\{\s*["}])/.test(text);

const hasSlot = (text: string) => /\{[^{}]*\|[^{}]*\}/.test(text);

/** The first row names the columns, in any order. */
function isPairsCsv(text: string): boolean {
  const [header = ''] = text.split(/\r?\n/, 1);
  const columns = header.split(/[,;\t]/).map((column) => column.replace(/^"|"$/g, ''));
  return columns.includes('clean') && columns.includes('corrupted');
}

function jsonKind(text: string): WhatItIs {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: 'unknown', why: `not JSON: ${messageOf(error)}` };
  }
  if (Array.isArray(value)) {
    const [first] = value as unknown[];
    if (first === undefined || (typeof first === 'object' && first !== null)) {
      return { kind: 'pairs' };
    }
    return {
      kind: 'unknown',
      why: `a list that begins with a ${typeof first}, expected ${WANTED}`,
    };
  }
  const has = (key: string) => Object.hasOwn(value as object, key);
  if (has('patchboard_answers')) return { kind: 'answers' };
  if (has('results')) return { kind: 'saved result' };
  if (has('pairs')) return { kind: 'pairs' };
  if (has('model_type') || has('n_layer')) return { kind: 'model' };
  if (has('clean') || has('patchboard')) return { kind: 'experiment' };
  const keys = Object.keys(value as object).slice(0, 5);
  const found = keys.length > 0 ? `an object with ${keys.join(', ')}` : 'an empty object';
  return { kind: 'unknown', why: `${found}, expected ${WANTED}` };
}

/** What goes into a box of the page, where it is not too long for it. */
function boxed(what: WhatItIs, text: string): WhatItIs {
  if ((what.kind !== 'pairs' && what.kind !== 'template') || text.length <= LARGEST_BOX)
    return what;
  const [found, most] = [text.length, LARGEST_BOX].map(formatCount);
  const why = `${found} characters of ${what.kind === 'pairs' ? 'prompt pairs' : 'a template'}, more than the ${most} that fit into the page; the command takes more`;
  return { kind: 'unknown', why };
}

/** name: of the file; empty for what was pasted. Its own reader says what is wrong with what it is. */
export function whatIsIt(name: string, text: string): WhatItIs {
  if (isModelFile(name)) return { kind: 'model' };
  const content = text.replace(/^\uFEFF/, '');
  if (looksLikeJson(content)) return boxed(jsonKind(content), content);
  if (isPairsCsv(content)) return boxed({ kind: 'pairs' }, content);
  if (hasSlot(content)) return boxed({ kind: 'template' }, content);
  const found = content.trim() === '' ? 'it is empty' : 'a text without any slot';
  return { kind: 'unknown', why: `${found}, expected ${WANTED}` };
}

/** Of a file that is a text. Throws an `OpenError` where it is in no UTF-8. */
export async function textOf(file: Pick<File, 'name' | 'arrayBuffer'>): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new OpenError(`${file.name}: not a text in UTF-8, expected ${WANTED}`);
  }
}
