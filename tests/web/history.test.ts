import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { documentOf } from '../../web/src/experiment/defaults';
import type { Experiment } from '../../web/src/experiment/experiment';
import { MOST_ENTRIES, storageHere } from '../../web/src/history/store';
import { thumbnailOf } from '../../web/src/history/thumbnail';
import { DEFAULT_CHOICE, type MetricChoice } from '../../web/src/result/metrics';
import { emptyResult, type LabResult } from '../../web/src/result/result';
import { History } from '../../web/src/state/history.svelte';
import { EXPERIMENT, exampleResult, MODEL, START } from './example-result';
import { FakeItems } from './fake-items';
import { tableOf } from './measure-tables';

const of = (change: Partial<Experiment>): LabResult => exampleResult(change);
const name = (clean: string) => of({ clean: `${clean} a`, corrupted: 'Smith a' });
const PROBABILITY: MetricChoice = { ...DEFAULT_CHOICE, metric: 'prob' };

let items: FakeItems;

beforeEach(() => {
  items = new FakeItems();
  vi.useFakeTimers({ now: 1_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function add(history: History, result: LabResult, choice = DEFAULT_CHOICE) {
  vi.advanceTimersByTime(1000);
  history.add({ result, estimates: {} }, choice, true);
}
const titles = (history: History) => history.entries.map(({ title }) => title);

test('a result stays with its settings, its thumbnail and its name, also in a page that opens later', () => {
  const history = new History(items);
  add(history, name('Jones'), PROBABILITY);
  add(history, name('Adams'));
  const later = new History(items);
  expect(titles(later)).toEqual(['the usual metric: Adams / Smith', 'Jones / Smith']);
  expect(later.entries).toEqual(history.entries);
  const entry = later.entries[1]!;
  expect(documentOf(entry.experiment)).toBe(documentOf(EXPERIMENT));
  expect(entry.model).toEqual({ id: MODEL.id, label: MODEL.label, dtype: 'f32' });
  expect(entry.choice).toEqual(PROBABILITY);
  expect(entry).toMatchObject({ time: 1_001_000, thumbnail: { rows: 2, columns: 2 } });
  expect(later.problem).toBeUndefined();
});

test('a result without any row is no part of it, one that was cancelled in between is', () => {
  const history = new History(items);
  add(history, emptyResult(EXPERIMENT, MODEL, START));
  expect(history.entries).toEqual([]);
  add(history, exampleResult()); // one row of two
  expect(history.entries).toHaveLength(1);
});

test('the same again is the newest, and keeps its name', () => {
  const history = new History(items);
  add(history, name('Jones'));
  add(history, name('Adams'));
  add(history, name('Jones'));
  expect(titles(history)).toEqual(['Jones / Smith', 'Adams / Smith']);
  expect(items.length).toBe(2);
});

test('of another model, or of other numbers, it is another one', () => {
  const history = new History(items);
  add(history, exampleResult());
  add(history, { ...exampleResult(), model: { ...MODEL, dtype: 'f16' } });
  add(history, { ...exampleResult(), model: { ...MODEL, digest: 'b' } });
  expect(titles(history)).toEqual(['f32: Jones / Smith', 'f16: Jones / Smith', 'Jones / Smith']);
});

test('there are fifty at most, and the oldest go', () => {
  const history = new History(items);
  for (let i = 0; i < MOST_ENTRIES + 5; i++) add(history, name(`Name${i}`));
  expect(history.entries).toHaveLength(MOST_ENTRIES);
  expect(items.length).toBe(MOST_ENTRIES);
  expect(titles(history).at(-1)).toBe('Name5 / Smith');
});

test('an entry is removed, and all of them', () => {
  const history = new History(items);
  for (const each of ['Jones', 'Adams', 'Brown']) add(history, name(each));
  history.remove(history.entries[1]!);
  expect(titles(history)).toEqual(['Brown / Smith', 'Jones / Smith']);
  history.clear();
  expect(history.entries).toEqual([]);
  expect(items.length).toBe(0);
});

test('two tabs do not overwrite each other, and each hears of the other', () => {
  const listeners: ((event: { key: string | null }) => void)[] = [];
  vi.stubGlobal('addEventListener', (_: string, listener: (typeof listeners)[number]) =>
    listeners.push(listener),
  );
  vi.stubGlobal('removeEventListener', () => listeners.pop());
  const [one, other] = [new History(items), new History(items)];
  const stop = one.follow();
  add(one, name('Jones'));
  add(other, name('Adams'));
  expect(titles(one)).toEqual(['Jones / Smith']);
  listeners[0]?.({ key: 'of something else' });
  expect(titles(one)).toHaveLength(1);
  listeners[0]?.({ key: [...items.held.keys()][1]! });
  expect(titles(one)).toEqual(['Adams / Smith', 'Jones / Smith']);
  expect(titles(other)).toEqual(titles(one));
  stop();
  expect(listeners).toEqual([]);
});

test('where there is no room, the oldest give way', () => {
  const history = new History(items);
  for (const each of ['Jones', 'Adams', 'Brown']) add(history, name(each));
  items.room = [...items.held].reduce((sum, [key, text]) => sum + key.length + text.length, 10);
  add(history, name('Davis'));
  expect(titles(history)).toEqual(['Davis / Smith', 'Brown / Smith', 'Adams / Smith']);
  expect(history.problem).toBeUndefined();
});

test('where there is none at all, it goes on in this tab, and says so', () => {
  items.room = 10;
  const history = new History(items);
  add(history, name('Jones'));
  add(history, name('Adams'));
  expect(titles(history)).toEqual(['Adams / Smith', 'Jones / Smith']);
  expect(history.problem).toBe(
    'The last result is in the history of this tab alone, it could not be kept: there is no room',
  );
  history.remove(history.entries[0]!);
  expect(titles(history)).toEqual(['Jones / Smith']);
  expect(new History(items).entries).toEqual([]);
});

test('a browser that keeps nothing has one that ends with the tab', () => {
  vi.stubGlobal('localStorage', {
    removeItem: () => {
      throw new DOMException('it is not allowed', 'SecurityError');
    },
  });
  const history = new History(storageHere());
  expect(history.problem).toBe(
    'This browser keeps nothing for this page (it is not allowed): the history ends with this tab.',
  );
  add(history, name('Jones'));
  expect(titles(history)).toEqual(['Jones / Smith']);
});

test('what cannot be read is told and left alone, and other things of the page’s too', () => {
  const history = new History(items);
  add(history, name('Jones'));
  const [key, text] = [...items.held][0]!;
  const spoilt = [
    '',
    'null',
    '{}',
    text.slice(0, -5),
    text.replace('"rows":2', '"rows":3'),
    text.replace('"rows":2', '"rows":9999'),
    text.replace(/"shares":"[^"]*"/, '"shares":"%"'),
    text.replace('"reference":"unpatched"', '"reference":"mine"'),
    text.replace('"id":"gpt2",', ''),
    text.replace('"time":', '"time":"x","t":'),
  ];
  spoilt.forEach((broken, index) => items.held.set(`${key}${index}`, broken));
  items.held.set('of something else', 'x');
  const later = new History(items);
  expect(titles(later)).toEqual(['Jones / Smith']);
  expect(later.problem).toBe(
    `${spoilt.length} entries of the history cannot be read here and are left out.`,
  );
  add(later, name('Adams'));
  expect(items.length).toBe(2 + spoilt.length + 1);
  later.clear();
  expect([...items.held.keys()]).toEqual(['of something else']);
});

test('a thumbnail has the shares of the whole way, and nothing where nothing is known', () => {
  const result = exampleResult();
  const { shares, direction } = thumbnailOf(result, result.sweeps[0]!, PROBABILITY);
  // From 0.25 to 0.75: 0.1 is below the one, 0.75 is the other.
  expect([...shares]).toEqual([NaN, NaN, 0, 1]);
  expect(direction).toBe('denoising');
});

test('a thumbnail of an ablation has the strongest change as the whole', () => {
  const noising = START.sweeps.map((sweep) => ({ ...sweep, direction: 'noising' as const }));
  const result = exampleResult({ corruption: { kind: 'zero' } }, { sweeps: noising });
  const { shares } = thumbnailOf(result, result.sweeps[0]!, PROBABILITY);
  // From 0.75: by 0.65 to 0.1, and not at all.
  expect([...shares]).toEqual([NaN, NaN, 1, 0]);
});

test('a wide map’s thumbnail keeps the strongest cell of each part', () => {
  const columns = 100;
  const info = { ...START.sweeps[0]!, rows: 1, columns };
  const result = emptyResult(EXPERIMENT, MODEL, { ...START, sweeps: [info] });
  const prob = Array.from({ length: columns }, (_, at) => (at === 71 ? 0.75 : 0.25));
  const sweep = {
    ...result.sweeps[0]!,
    measures: tableOf(2, columns, { prob: [...prob, ...prob] }),
  };
  const small = thumbnailOf(result, sweep, PROBABILITY);
  expect(small).toMatchObject({ rows: 1, columns: 64 });
  expect([...small.shares].filter((share) => share > 0)).toEqual([1]);
  expect(small.shares.indexOf(1)).toBe(Math.floor((71 * 64) / 100));
});

test('a thumbnail is kept to a step of 1/254', () => {
  const history = new History(items);
  const result = exampleResult();
  result.sweeps[0]!.measures = tableOf(2, 4, { prob: [0.3, 0.5, 0.61, NaN] });
  add(history, result, PROBABILITY);
  const kept = new History(items).entries[0]!.thumbnail.shares;
  expect(kept[0]).toBeCloseTo(0.1, 2);
  expect(kept[1]).toBeCloseTo(0.5, 2);
  expect(kept[2]).toBeCloseTo(0.72, 2);
  expect(kept[3]).toBeNaN();
});

test('what was removed is put back where it was', () => {
  const history = new History(items);
  for (const word of ['Jones', 'Adams', 'Brown']) add(history, name(word));
  const before = history.entries;
  history.remove(before[1]!);
  expect(titles(history)).toEqual(['Brown / Smith', 'Jones / Smith']);
  expect(history.removed).toEqual(before[1]);
  history.putBack();
  expect(history.entries).toEqual(before);
  expect(history.removed).toBeUndefined();
  expect(new History(items).entries).toEqual(before);
  history.remove(before[0]!);
  add(history, name('Davis'));
  expect(history.removed).toBeUndefined();
});
