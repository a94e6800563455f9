/** A model that has no tokenizer: prompts and targets are ids, until GPT-2's stands in for it. */

import { expect, test, vi } from 'vitest';

import { fromQuery, toQuery } from '../../web/src/address/address';
import type { Prompt, Token } from '../../web/src/engine/module';
import { DEFAULTS } from '../../web/src/experiment/defaults';
import { identityOf } from '../../web/src/history/entry';
import { replacementToken, tokenizeAll } from '../../web/src/state/live-tokens';
import { ModelShelf } from '../../web/src/state/model-shelf.svelte';
import { replaceTokens } from '../../web/src/tokens/token-edit';
import { idIn, idsIn } from '../../web/src/tokens/typed-ids';
import { typedWord } from '../../web/src/tokens/word-choices';
import { named } from '../../web/src/weights/sources';
import { Engine } from '../../web/src/worker/engine';
import type { EngineAccess } from '../../web/src/worker/engine-access';
import { RunQueue } from '../../web/src/worker/run-queue.svelte';
import { FakePort } from './fake-engine';

vi.mock('../../web/src/worker/engine', () => ({ Engine: { load: vi.fn() } }));

/** As the engine is without a tokenizer: it knows ids alone. */
const tokenize = (prompt: Prompt): Promise<Token[]> =>
  typeof prompt === 'string'
    ? Promise.reject(new Error('this model has no tokenizer'))
    : Promise.resolve(prompt.map((id) => ({ id, text: `#${id}` })));
const ENGINE = {
  hasTokenizer: false,
  reading: () => ENGINE,
  tokenize,
  tokenizePrompt: tokenize,
} as unknown as EngineAccess;

const TOKENS = [464, 3290, 318].map((id) => ({ id, text: `#${id}` }));

test('ids are typed in any of the ways in which they are written', () => {
  expect(idsIn('464, 3290,318')).toEqual([464, 3290, 318]);
  expect(idsIn(' 464 #3290\n')).toEqual([464, 3290]);
  expect(idsIn('')).toEqual([]);
  for (const text of ['The dog', '1.5', '-1', '1e3', '99999999999']) {
    expect(idsIn(text)).toBeUndefined();
  }
  expect(idIn(' 15')).toBe(15);
  for (const text of ['', '1, 2', ' Jones']) {
    expect(() => idIn(text)).toThrow('expected token ids, such as 464, 3290');
  }
});

test('texts are no tokens, ids are, and a target that is a text is told', async () => {
  const texts = await tokenizeAll(ENGINE, { ...DEFAULTS, targets: [' Jones', 15] });
  expect(texts).toMatchObject({ clean: [], corrupted: [], repairs: undefined });
  expect(texts.targets[0]?.problem).toContain('“·Jones” is a text: this model has no tokenizer');
  expect(texts.targets[1]).toEqual({ target: 15 });
  const ids = await tokenizeAll(ENGINE, { ...DEFAULTS, clean: [464, 3290, 318], corrupted: [1] });
  expect(ids).toMatchObject({ clean: TOKENS, corrupted: [{ id: 1 }], repairs: undefined });
});

test('another word is an id, and the prompt stays ids', async () => {
  const word = { first: 1, tokens: TOKENS.slice(1, 2) };
  expect(await typedWord(ENGINE, '15', word, [])).toEqual({ tokens: [{ id: 15, text: '#15' }] });
  expect(await typedWord(ENGINE, 'cat', word, [])).toMatchObject({
    problem: expect.stringContaining('“cat” is no list of ids') as string,
  });
  expect(await typedWord(ENGINE, '1 2', word, [])).toMatchObject({
    problem: expect.stringContaining('2 tokens in this model') as string,
  });
  expect(await replaceTokens(ENGINE, TOKENS, 1, [{ id: 15, text: '#15' }])).toEqual([464, 15, 318]);
  expect(await replacementToken(ENGINE, '15', { id: 1, text: '#1' })).toMatchObject({ id: 15 });
});

test('GPT-2’s tokenizer is in the link and in the name, once', () => {
  const state = { model: 'https://a.example/', dtype: undefined, experiment: DEFAULTS };
  const choice = { metric: undefined, reference: 'raw', target: 0, against: 1 } as const;
  const query = toQuery({ ...state, choice, tokenizer: 'gpt2' });
  expect(query).toContain('tokenizer=gpt2');
  expect(fromQuery(query, DEFAULTS).tokenizer).toBe('gpt2');
  expect(fromQuery('?tokenizer=bert', DEFAULTS).problems.join()).toContain('expected gpt2');
  const source = { id: 'a', label: 'a model', folder: 'a' };
  const once = named(source, 'gpt2');
  expect(once).toEqual({ ...source, label: 'a model, with GPT-2’s tokenizer', tokenizer: 'gpt2' });
  expect(named(once, 'gpt2')).toEqual(once);
  expect(named(once, 'own')).toEqual(source);
  expect(named(source, 'none')).toBe(source);
});

test('results of ids and of the same ids with GPT-2’s tokenizer are told apart', () => {
  const model = { id: 'a', dtype: 'f32', digest: 'b' } as const;
  const experiment = DEFAULTS;
  const other = identityOf({ experiment, model: { ...model, tokenizer: 'gpt2' } });
  expect(identityOf({ experiment, model })).not.toBe(other);
});

test('the model in use gains a tokenizer: its parts see another engine, and a reload has it too', async () => {
  const port = new FakePort(() => 1);
  const engine = Object.assign(port, {
    useGpt2Tokenizer: () => Promise.resolve({ hasTokenizer: true }),
  });
  vi.mocked(Engine.load).mockResolvedValue({
    engine: engine as unknown as Engine,
    info: { hasTokenizer: false } as Awaited<ReturnType<typeof Engine.load>>['info'],
    variant: 'simd',
    oneThread: undefined,
    tokenizer: 'none',
  });
  const shelf = new ModelShelf();
  const source = { id: 'a', label: 'a model', folder: 'a' };
  await shelf.load(source, 'f32');
  const before = shelf.inUse?.queue.part('The map');
  expect(before?.hasTokenizer).toBe(false);
  await shelf.useGpt2Tokenizer();
  const after = shelf.inUse?.queue.part('The map');
  expect(after).not.toBe(before);
  expect(after?.hasTokenizer).toBe(true);
  expect(shelf.inUse?.source.label).toBe('a model, with GPT-2’s tokenizer');
  await shelf.load(source, 'f16');
  const [asked] = vi.mocked(Engine.load).mock.lastCall ?? [];
  expect(asked).toEqual({ ...source, tokenizer: 'gpt2' });
});

test('a line of requests stays one when the tokenizer comes', () => {
  const queue = new RunQueue(new FakePort(() => 1), false);
  expect(queue.part('The map')).toBe(queue.part('The map'));
  queue.gainTokenizer();
  expect(queue.part('The map').hasTokenizer).toBe(true);
});
