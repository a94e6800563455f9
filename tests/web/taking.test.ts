import { expect, test } from 'vitest';

import { fileName } from '../../web/src/browser/save-file';
import { heatmapPicture, type MetricView } from '../../web/src/picture/from-result';
import { pictureSvg } from '../../web/src/picture/svg';
import { escapeXml, wrapped } from '../../web/src/picture/xml';
import { numberOrNull, shortest } from '../../web/src/result/numbers';
import { emptyResult, withRow } from '../../web/src/result/result';
import { csvField, resultCsv } from '../../web/src/taking/csv';
import { savedJson, type SavedResult } from '../../web/src/taking/saved';
import { EXPERIMENT, exampleResult, MODEL, START } from './example-result';
import { tableOf } from './measure-tables';

const VIEW: MetricView = { metric: 'prob', reference: 'unpatched', target: 0, against: 1 };

test('a number is written with the fewest digits that give its 32 bits back', () => {
  expect(shortest(Math.fround(0.1))).toBe(0.1);
  expect(shortest(Math.fround(1 / 3))).toBe(0.33333334);
  expect(shortest(Math.fround(1e-40))).toBe(
    Math.fround(1e-40) === 0 ? 0 : shortest(Math.fround(1e-40)),
  );
  expect(numberOrNull(Number.NaN)).toBeNull();
  expect(numberOrNull(-Infinity)).toBeNull();
  let bits = 1;
  for (let i = 0; i < 2000; i++) {
    bits = (Math.imul(bits, 1664525) + 1013904223) >>> 0;
    const value = new Float32Array(Uint32Array.of(bits).buffer)[0] ?? 0;
    if (Number.isFinite(value)) expect(Math.fround(shortest(value))).toBe(value);
  }
});

test('CSV quotes commas, quotes, newlines and spaces at the ends', () => {
  expect(csvField('plain')).toBe('plain');
  expect(csvField(' Jones')).toBe('" Jones"');
  expect(csvField('say "a, b"')).toBe('"say ""a, b"""');
  expect(csvField('two\nlines')).toBe('"two\nlines"');
  expect(csvField(null)).toBe('');
  expect(csvField(0)).toBe('0');
});

test('CSV has a line for each cell and target, empty where nothing is known', () => {
  const lines = resultCsv(exampleResult()).split('\r\n');
  expect(lines).toHaveLength(1 + 2 * 4 + 1);
  expect(lines[0]).toBe(
    'site,direction,target,layer,last_layer,head,position,last_position,clean_token,corrupted_token,prob,log_prob,logit,rank,kl,state,margin,entropy',
  );
  expect(lines[1]).toBe(
    'resid_post,denoising," Jones",0,0,,0,0,Jones,"Smith, ""x""",,,,,,not computed,,',
  );
  expect(lines[3]).toBe(
    'resid_post,denoising," Jones",1,1,,0,0,Jones,"Smith, ""x""",0.1,-2.3025851,3,1,0.25,exact,1,0.5',
  );
  expect(lines[8]).toBe(
    'resid_post,denoising," Smith",1,1,,1,1," a"," a",0.125,-2.0794415,1,2,0,exact,-3,0.25',
  );
});

const BROKEN = withRow(emptyResult({ ...EXPERIMENT, window: 2 }, MODEL, START), {
  ...{ sweep: 0, layer: 0, head: -1, blockRowsDone: 1 },
  measures: tableOf(2, 2, {
    prob: [NaN, 0.75, NaN, 0.125],
    log_prob: [NaN, -1, NaN, -2],
    logit: [NaN, 4, NaN, 1],
    rank: [NaN, 1, NaN, 2],
    kl: [NaN, 0],
  }),
  computed: Uint8Array.of(1, 1),
  notFinite: Uint8Array.of(1, 0),
});

test('CSV names the layers of a window, and says why a number is missing', () => {
  const lines = resultCsv(BROKEN).split('\r\n');
  expect(lines[1]).toBe(
    'resid_post,denoising," Jones",0,1,,0,0,Jones,"Smith, ""x""",,,,,,not finite,,',
  );
  expect(lines[2]).toContain(',0.75,-1,4,1,0,exact');
  expect(lines[3]).toContain('" Jones",1,1,');
  expect(lines[3]).toContain(',not computed');
});

test('JSON tells what is not finite from what is not computed', () => {
  const [sweep] = (JSON.parse(savedJson(BROKEN)) as SavedResult).results.sweeps;
  expect(sweep?.kl).toEqual([
    [null, 0],
    [null, null],
  ]);
  expect(sweep?.not_finite).toEqual([[0, 0]]);
});

test('a picture draws the four states of a cell in four ways', () => {
  const shown = heatmapPicture(BROKEN, BROKEN.sweeps[0]!, VIEW, Float32Array.of(1, 1, 1, NaN));
  expect(shown.states).toEqual(['not finite', 'exact', 'estimated', 'not computed']);
  const svg = pictureSvg(shown);
  const strokes = [...svg.matchAll(/<path d="([^"]*)" fill="none" stroke="([^"]*)"/g)];
  expect(strokes.map(([, d = '']) => d.match(/[Mz]/g)?.join(''))).toEqual(['MMMz', 'M', 'MMz']);
  expect(new Set(strokes.map(([, , colour]) => colour)).size).toBe(3);
  expect(svg).toContain('Crossed cells are not finite');
});

test('CSV of heads names layer and head', () => {
  const sweeps = [
    {
      site: 'z' as const,
      direction: 'denoising' as const,
      axes: 'head' as const,
      rows: 2,
      columns: 2,
      firstLayer: 0,
      endLayer: 2,
      blockRows: 1,
    },
  ];
  const lines = resultCsv(exampleResult({ sites: ['z'] }, { sweeps })).split('\r\n');
  expect(lines[4]).toBe('z,denoising," Jones",1,1,1,,,,,0.75,-0.2876821,4,1,0,exact,3,0.25');
});

test('JSON is the experiment with its results, and null for what is not known', () => {
  const result = exampleResult({ clean: 'ids [ 1, 2 ] stay' });
  const text = savedJson(result, 'abc');
  const saved = JSON.parse(text) as SavedResult;
  expect(saved).toMatchObject({
    patchboard: 1,
    clean: 'ids [ 1, 2 ] stay',
    sites: ['resid_post'],
    model: { id: 'gpt2', dtype: 'f32', digest: 'abc' },
    tokens: { clean: [{ id: 1 }, { id: 2 }] },
  });
  const sweep = saved.results.sweeps[0];
  expect(sweep?.prob).toEqual([
    [
      [null, null],
      [0.1, 0.75],
    ],
    [
      [null, null],
      [0.5, 0.125],
    ],
  ]);
  expect(sweep?.kl).toEqual([
    [null, null],
    [0.25, 0],
  ]);
  expect(saved.results.corrupted.kl).toBe(0.5);
  expect(text).toContain('[0.1, 0.75]');
});

test('JSON has the tokens of the prompts that a mean is over, and elsewhere no such key', () => {
  const corruption = { kind: 'mean' as const, prompts: ['Jones a', 'Smith a'] };
  const tokensMean = [START.tokensClean, START.tokensCorrupted];
  const mean = JSON.parse(savedJson(exampleResult({ corruption }, { tokensMean }))) as SavedResult;
  expect(mean.tokens.mean).toEqual(tokensMean);
  const other = JSON.parse(savedJson(exampleResult())) as SavedResult;
  expect(Object.keys(other.tokens)).toEqual(['clean', 'corrupted']);
});

/** The names of elements that are open at the end; throws where one is closed that is not. */
function openElements(xml: string): string[] {
  const open: string[] = [];
  for (const [, closing, name, empty] of xml.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (closing) {
      if (open.pop() !== name) throw new Error(`${name} is closed, and was not open`);
    } else if (!empty) open.push(name ?? '');
  }
  return open;
}

test('a picture is well-formed SVG with labels, legend and caption', () => {
  const picture = heatmapPicture(
    exampleResult({ clean: 'a < b & "c"' }),
    exampleResult().sweeps[0]!,
    VIEW,
  );
  const svg = pictureSvg(picture);
  expect(openElements(svg)).toEqual([]);
  expect(svg.replaceAll(/<[^<>]*>/g, '')).not.toMatch(/[<>]/);
  expect(svg).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#39;)/);
  expect(svg).toContain('Clean: a &lt; b &amp; &quot;c&quot;');
  expect(svg).toContain('>Jones</text>');
  expect(svg).toContain('>Smith,·&quot;x&quot;</text>');
  expect(svg).not.toMatch(/NaN|undefined|style=/);
  // Two cells known, two not.
  expect(svg.match(/fill="none"/g)).toHaveLength(2);
  expect(openElements(pictureSvg({ ...picture, texts: ['<', '>', '&', '"'] }, 'dark'))).toEqual([]);
});

test('what XML cannot hold is left out, and lines break at spaces', () => {
  expect(escapeXml('a\u0001\ud800b<')).toBe('ab&lt;');
  expect(wrapped('aa bb cc', 5)).toEqual(['aa bb', 'cc']);
  expect(wrapped('abcdefg', 3)).toEqual(['abc', 'def', 'g']);
});

test('file names are plain, in letters of any script', () => {
  expect(fileName('Probability of ·Jones: z', 'svg')).toBe('probability-of-jones-z.svg');
  expect(fileName('日本 / 中文', 'csv')).toBe('日本-中文.csv');
  expect(fileName('اللغة العربيّة?', 'json')).toBe('اللغة-العربيّة.json');
  expect(fileName('Cafe\u0301 <a/b>', 'csv')).toBe('café-a-b.csv');
  expect(fileName('… ', 'csv')).toBe('patchboard.csv');
  expect(fileName('NUL', 'csv')).toBe('patchboard-nul.csv');
  expect(fileName('𠮷'.repeat(80), 'csv')).toBe(`${'𠮷'.repeat(60)}.csv`);
});
