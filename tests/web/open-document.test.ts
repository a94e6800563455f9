import { describe, expect, test } from 'vitest';

import { documentOf, settled } from '../../web/src/experiment/defaults';
import { openDocument } from '../../web/src/opening/open-document';
import { OpenError } from '../../web/src/opening/json-tree';
import { savedJson, type SavedResult } from '../../web/src/taking/saved';
import { exampleResult, savedExample, START } from './example-result';
import { empty, rowOf } from './lab-result';
import { withRow } from '../../web/src/result/result';
import { filled, isOfIds } from './filled-document';
import { corpora, oldFiles, oldText } from './old-files';

const SURNAME = {
  patchboard: 1,
  clean: 'Michelle Jones',
  corrupted: 'Michelle Smith',
  targets: [' Jones', ' Smith'],
};
const open = (change: object) => openDocument(JSON.stringify({ ...SURNAME, ...change }));
const SHAPE = () => ({ nLayer: 4, nHead: 4 });

const documentIn = (text: string) => JSON.parse(text) as Record<string, unknown>;
const ofOpened = (text: string) =>
  documentIn(documentOf(settled(openDocument(text, SHAPE).experiment)));

describe('a document', () => {
  const documents = oldFiles('documents');

  test.each(documents.filter(({ text }) => !isOfIds(text)))(
    '$name opens as what it says',
    ({ text }) => {
      expect(ofOpened(text)).toEqual(filled(documentIn(text)));
    },
  );

  test.each(documents.filter(({ text }) => isOfIds(text)))(
    '$name is refused in a sentence',
    ({ text }) => {
      expect(() => openDocument(text)).toThrow(/token ids run in the command/);
    },
  );

  test('that says no more than it must opens with what the format takes', () => {
    const { clean, corrupted, targets } = SURNAME;
    const { experiment, saved, model } = openDocument(
      JSON.stringify({ clean, corrupted, targets }),
    );
    expect(experiment).toEqual({
      ...SURNAME,
      sites: ['resid_post'],
      by_position: false,
      directions: ['denoising'],
      corruption: { kind: 'prompt' },
      window: 1,
      span: 1,
    });
    expect([saved, model]).toEqual([undefined, undefined]);
  });

  test('of a corruption without a second prompt has the clean one where somebody goes back to two', () => {
    const text = JSON.stringify({ clean: 'a b', targets: [' c'], corruption: { kind: 'zero' } });
    expect(openDocument(text).experiment).toMatchObject({
      corrupted: 'a b',
      directions: ['noising'],
    });
  });

  test('may say of a site in which layers alone it is patched', () => {
    const input = { site: 'resid_pre', layers: [0, 1] };
    const { experiment } = open({ sites: [input, 'resid_post', input] });
    expect(experiment).toMatchObject({
      sites: ['resid_pre', 'resid_post'],
      layers_of_sites: { resid_pre: [0, 1] },
    });
    expect(documentIn(documentOf(experiment))['sites']).toEqual([input, 'resid_post']);
  });

  test('tells its model', () => {
    const model = { id: 'gpt2-medium', label: 'GPT-2 medium', dtype: 'f16', digest: 'abc' };
    expect(open({ model }).model).toEqual(model);
    expect(open({ model: { id: 'gpt2' } }).model).toEqual({
      id: 'gpt2',
      label: 'gpt2',
      dtype: 'f32',
    });
  });

  test('calls a model of Hugging Face as it is called today, where an earlier page had its address', () => {
    const id = 'https://huggingface.co/some/model/resolve/main/';
    expect(open({ model: { id } }).model).toMatchObject({ id: 'some/model', label: 'some/model' });
    const named = { id: 'https://huggingface.co/some/model/resolve/v2/', label: 'Mine' };
    expect(open({ model: named }).model).toMatchObject({ id: 'some/model/tree/v2', label: 'Mine' });
    const other = 'https://huggingface.co/datasets';
    expect(open({ model: { id: other } }).model).toMatchObject({ id: other, label: other });
  });

  test.each<[object, string]>([
    [
      { tragets: [] },
      'experiment: has "tragets", which means nothing here; expected patchboard, model',
    ],
    [{ clean: 3 }, 'experiment, "clean": 3, expected a text or a list of token ids'],
    [
      { clean: [1, -1] },
      'experiment, "clean[1]": -1, expected a whole number from 0 to 2147483647',
    ],
    [{ targets: [] }, 'experiment, "targets": [], expected a list of targets, 1 at least'],
    [
      { targets: [{ text: 'a' }] },
      '"targets[0]": {"text":"a"}, expected the text of one token, its id,',
    ],
    [
      { sites: ['resid'] },
      'experiment, "sites[0]": "resid", expected one of resid_pre, resid_mid,',
    ],
    [
      { directions: 'noising' },
      '"directions": "noising", expected a list of directions, 1 at least',
    ],
    [{ sites: [{ site: 'z' }] }, 'experiment, "sites[0]": has no "layers"'],
    [
      { sites: [{ site: 'z', layers: [0, 1] }, 'z'] },
      '"sites[1]": "z", expected the same layers as where z is listed first, or the site once',
    ],
    [{ sites: [{ site: 'z', layers: [1, 0] }] }, '"sites[0].layers": [1,0], expected [first, end]'],
    [{ by_position: 1 }, 'experiment, "by_position": 1, expected true or false'],
    [{ by_position: 'pairs' }, 'which the page cannot show yet: the command runs it'],
    [{ by_position: 'pair' }, '"by_position": "pair", expected true, false or "pairs"'],
    [{ window: 0 }, 'experiment, "window": 0, expected a whole number from 1 to 2147483647'],
    [{ window: 1.5 }, 'experiment, "window": 1.5, expected a whole number'],
    [{ window: 2, sites: ['resid_post', 'z'] }, 'not at heads; expected "window" 1'],
    [{ span: 2, sites: ['z'] }, 'expected "span" 1, or "by_position" true'],
    [{ patchboard: 2 }, 'experiment, "patchboard": 2, expected 1, the version that is known here'],
    [{ region: { layers: [0, 1] } }, 'experiment, "region": has no "positions"'],
    [
      { region: { layers: [1, 1], positions: [0, 1] } },
      '"region.layers": [1,1], expected [first, end]',
    ],
    [{ corruption: { kind: 'zero' } }, 'is there beside the corruption "zero", which has none'],
    [{ corruption: 'zero' }, '"corruption": "zero", expected {"kind": …}'],
    [
      { corrupted: undefined },
      'experiment: has no "corrupted", which the corruption by a prompt needs',
    ],
    [
      { model: { id: 'x', dtype: 'f8' } },
      '"model.dtype": "f8", expected one of f32, f16, q8_0, q8',
    ],
  ])('%j is refused with its place, what was found and what would be right', (change, message) => {
    expect(() => open(change)).toThrow(OpenError);
    expect(() => open(change)).toThrow(message);
  });

  const noise = (change: object) => ({
    corrupted: undefined,
    corruption: { kind: 'noise', positions: [1], ...change },
  });
  test.each<[object, string]>([
    [{ multiple: 0 }, '"corruption.multiple": 0, expected a number above 0, up to 1000000000'],
    [{ samples: 10_001 }, '"corruption.samples": 10001, expected a whole number from 1 to 10000'],
    [
      { seed: 2 ** 32 },
      '"corruption.seed": 4294967296, expected a whole number from 0 to 4294967295',
    ],
    [
      { positions: [] },
      '"corruption.positions": [], expected a list of tokens’ positions, 1 at least',
    ],
    [{ positions: [1, 1] }, '"corruption.positions": [1,1], expected each position once'],
    [{ sample: 1 }, '"corruption": has "sample", which means nothing here'],
  ])('noise with %j is refused', (change, message) => {
    expect(() => open(noise(change))).toThrow(message);
  });

  test.each<[string, string]>([
    ['{"clean": "a", "clean": "b"}', 'experiment: the key "clean" is there twice in one object'],
    ['{"clean": "a",}', 'experiment: not JSON: '],
    ['"clean"', 'experiment: "clean", expected an object'],
    ['{"clean": "\\ud800"}', 'has half of a character, expected UTF-8'],
    [`${'['.repeat(33)}${']'.repeat(33)}`, 'nested more than 32 deep'],
    [
      JSON.stringify({ ...SURNAME, window: 2 }).replace(':2', ':2.0'),
      '"window": 2.0, expected a whole',
    ],
    [
      JSON.stringify({ ...SURNAME, window: 2 }).replace(':2', ':2e0'),
      '"window": 2e0, expected a whole',
    ],
  ])('%s is refused', (text, message) => {
    expect(() => openDocument(text)).toThrow(OpenError);
    expect(() => openDocument(text)).toThrow(message);
  });
});

/** Numbers as the 32 bits that they stand for. */
const inBits = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, part: unknown) =>
    typeof part === 'number' ? Math.fround(part) : part,
  );

describe('a saved result', () => {
  const byThePage = [
    ...oldFiles('page'),
    ...corpora.map((corpus) => ({
      name: `${corpus}/partial.json`,
      text: oldText(`${corpus}/partial.json`),
    })),
  ];

  test.each(byThePage)('$name is saved again as it was', ({ text }) => {
    const { saved, model } = openDocument(text, SHAPE);
    if (!saved) throw new Error('no numbers were read');
    expect(savedJson(saved.result, model?.digest)).toBe(text);
  });

  test.each(oldFiles('command').filter(({ text }) => !isOfIds(text)))(
    '$name, of the command, has the numbers that it had',
    ({ text }) => {
      const { saved, model } = openDocument(text, SHAPE);
      if (!saved) throw new Error('no numbers were read');
      const again = documentIn(savedJson(saved.result, model?.digest)) as unknown as SavedResult;
      const before = documentIn(text) as unknown as SavedResult;
      const { sweeps, ...others } = before.results;
      const withoutEstimates = sweeps.map((sweep) =>
        Object.fromEntries(Object.entries(sweep).filter(([key]) => !key.startsWith('estimate'))),
      );
      delete (others as { estimate_metric?: unknown }).estimate_metric;
      expect(inBits(again.results)).toEqual(inBits({ ...others, sweeps: withoutEstimates }));
      expect(again.tokens).toEqual(before.tokens);
      expect(filled(documentIn(JSON.stringify(again)))).toEqual(filled(documentIn(text)));
    },
  );

  test('of today is saved again as it was, rows that were not computed and cells that are not finite too', () => {
    const marked = { notFinite: Uint8Array.of(0, 1) };
    let result = withRow(savedExample(), {
      ...rowOf(0, 0),
      measures: savedExample().sweeps[0]!.measures,
      ...marked,
    });
    result = { ...result, model: { ...result.model, nHead: 1 } };
    const text = savedJson(result, 'abc');
    const { saved } = openDocument(text);
    expect(savedJson(saved!.result, 'abc')).toBe(text);
    const { known, notFinite, rowsDone } = saved!.result.sweeps[0]!;
    expect({ known, rowsDone, notFinite: [...notFinite] }).toEqual({
      known: [true, true],
      rowsDone: 2,
      notFinite: [0, 1, 0, 0],
    });
    expect(saved!.result.lacks).toEqual([]);
  });

  test('knows which rows were computed', () => {
    const before = savedExample();
    const { saved } = openDocument(savedJson(before));
    expect(saved!.result.sweeps.map(({ known, rowsDone }) => [known, rowsDone])).toEqual(
      before.sweeps.map(({ known, rowsDone }) => [known, rowsDone]),
    );
    expect(saved!.result.sweeps[0]!.measures).toEqual(before.sweeps[0]!.measures);
    expect(saved!.result.start.clean).toEqual(before.start.clean);
  });

  test('of a site in some layers alone says in which', () => {
    const whole = savedExample();
    const experiment = {
      ...whole.experiment,
      layers_of_sites: { resid_post: [1, 2] as [number, number] },
    };
    const text = savedJson({ ...whole, experiment });
    const { saved } = openDocument(text);
    expect(saved!.result.sweeps[0]!.info).toMatchObject({ firstLayer: 1, endLayer: 2 });
    expect(savedJson(saved!.result)).toBe(text);
  });

  test('of heads at positions alone needs to be told how many heads there are', () => {
    const [sweep] = empty.sweeps.slice(3);
    const result = {
      ...empty,
      experiment: {
        ...empty.experiment,
        ...{ clean: ' 1 2', corrupted: ' 3 2' },
        targets: [' 5', ' 6', { continuation: ' 7 8' }],
        sites: ['q' as const],
        by_position: true,
      },
      start: { ...empty.start, sweeps: [sweep!.info] },
      sweeps: [sweep!],
    };
    const text = savedJson(result);
    const alone = openDocument(text);
    expect(alone.saved).toBeUndefined();
    expect(alone.notes).toEqual([expect.stringContaining('shown where M is loaded first')]);
    const told = openDocument(text, () => ({ nLayer: 2, nHead: 2 }));
    expect(savedJson(told.saved!.result)).toBe(text);
    expect(() => openDocument(text, () => ({ nLayer: 3, nHead: 2 }))).toThrow(
      '4 rows of 2 numbers, expected 6 of 2',
    );
  });

  test('with estimates and checks has them', () => {
    const { text } = oldFiles('command').find(({ name }) => name.endsWith('/attribution.json'))!;
    const { saved, choice } = openDocument(text);
    expect(choice).toMatchObject({ metric: 'logit_diff', target: 0, against: 1 });
    const { estimates } = saved!.estimates['logit_diff 0 1']!;
    const sweeps = (
      documentIn(text) as unknown as { results: { sweeps: { estimate: number[][] }[] } }
    ).results.sweeps;
    expect(estimates.map(({ values }) => [...values])).toEqual(
      sweeps.map(({ estimate }) => estimate.flat().map(Math.fround)),
    );
    const checks = oldFiles('command').find(({ name }) => name.endsWith('/checks.json'))!;
    expect(openDocument(checks.text).saved!.checks[0]).toMatchObject({ passed: true });
  });

  const SAVED = savedJson(savedExample());
  test.each<[string, string, string]>([
    ['"axes": "position"', '"axes": "head"', '"results.sweeps[0].axes": "head", expected position'],
    [
      '"site": "resid_post"',
      '"site": "z"',
      '"results.sweeps[0]": z, denoising, expected resid_post, denoising',
    ],
    [
      '[0.5, 0.125]',
      '[0.5]',
      '"results.sweeps[0].prob[1][1]": 1 numbers, expected 2, as many as the first row of',
    ],
    [
      '[0.5, 0.125]',
      '[0.5, 1e300]',
      '"results.sweeps[0].prob[1][1][1]": 1e300, expected a number of 32 bits',
    ],
    [
      '"not_finite": []',
      '"not_finite": [[0, 2]]',
      'not_finite[0][1]": 2, expected a whole number from 0 to 1',
    ],
    [
      '"logit": [',
      '"logits": [',
      '"results.sweeps[0]": has "logits", which means nothing here; expected site,',
    ],
  ])('with %s as %s is refused', (from, to, message) => {
    const at = SAVED.lastIndexOf(from);
    expect(at).toBeGreaterThan(0);
    const text = SAVED.slice(0, at) + to + SAVED.slice(at + from.length);
    expect(() => openDocument(text)).toThrow(message);
  });

  // Of the practice model, by the page; each is changed in one place.
  const PROMPTS = oldText('2026-11/page/prompts.json');
  type Doc = SavedResult & Record<string, unknown>;
  test.each<[string, (saved: Doc) => unknown, string]>([
    ['a prompt', (saved) => (saved.clean = 'Michelle Brown was a'), 'expected what "clean" is'],
    [
      'a token’s text',
      ({ tokens }) => (tokens.clean[1]!.text = ' Brown'),
      '"tokens.clean": together they are',
    ],
    ['a token less', ({ tokens }) => tokens.corrupted.pop(), '"tokens.corrupted": together'],
    [
      'a token’s id',
      ({ tokens }) => (tokens.clean[1]!.id = tokens.clean[0]!.id),
      'in one place and',
    ],
    ['a target', (saved) => (saved.targets[0] = ' Brown'), 'those of "targets[0]", " Brown"'],
    [
      'a target’s text',
      ({ results }) => (results.targets[0]!.text = ' B'),
      'those of "targets[0]"',
    ],
    [
      'a probability above 1',
      ({ results }) => ((results.sweeps[0]!.prob as number[][][])[0]![1]![1] = 7),
      '"results.sweeps[0].prob[0][1][1]": 7, expected a probability, 0 to 1',
    ],
    [
      'a probability of another logarithm',
      ({ results }) => ((results.clean.prob as number[])[0] = 0.001),
      'are of different probabilities',
    ],
    [
      'a logarithm above 0',
      ({ results }) => ((results.sweeps[0]!.log_prob as number[][][])[0]![0]![0] = 0.5),
      '0.5, expected a probability’s logarithm, at most 0',
    ],
    [
      'a rank of 0',
      ({ results }) => ((results.clean.rank as number[])[0] = 0),
      '0, expected a rank, 1 at least',
    ],
    ['a divergence below 0', ({ results }) => (results.corrupted.kl = -1), 'expected a divergence'],
    [
      'a number that is not known, beside others that are',
      ({ results }) => ((results.sweeps[0]!.logit as (number | null)[][][])[0]![1]![1] = null),
      'row 1, column 1: "logit" is null, expected a number',
    ],
    [
      'a cell that is not finite and has numbers',
      ({ results }) => (results.sweeps[0]!.not_finite = [[1, 1]]),
      'row 1, column 1: numbers, though "not_finite" lists the cell',
    ],
    [
      'a region that is smaller',
      (saved) => (saved.region = { layers: [0, 1], positions: [0, 2] }),
      'though the experiment has other layers or positions computed',
    ],
    [
      'a likeliest token a second time',
      ({ results }) => results.top.clean.splice(1, 1, results.top.clean[0]!),
      'a second time',
    ],
    [
      'likeliest tokens in another order',
      ({ results }) => results.top.clean.reverse(),
      'expected the most probable first',
    ],
  ])('that was changed in %s is refused', (_, change, message) => {
    const saved = JSON.parse(PROMPTS) as Doc;
    expect(() => openDocument(JSON.stringify(saved), SHAPE)).not.toThrow();
    change(saved);
    expect(() => openDocument(JSON.stringify(saved), SHAPE)).toThrow(OpenError);
    expect(() => openDocument(JSON.stringify(saved), SHAPE)).toThrow(message);
  });

  describe('of which a part alone lacks something is refused', () => {
    interface Results {
      clean: Record<string, unknown>;
      corrupted: Record<string, unknown>;
      sweeps: Record<string, unknown>[];
      estimate_metric?: unknown;
    }
    const [sweep] = START.sweeps;
    const two = [sweep!, { ...sweep!, direction: 'noising' as const }];
    const text = savedJson(
      exampleResult(
        { corrupted: 'Smith, "x" a', directions: ['denoising', 'noising'] },
        { sweeps: two },
      ),
    );
    const withEstimates = (results: Results) => {
      results.estimate_metric = { metric: 'logit_diff', target: 0, against: 1 };
      for (const each of results.sweeps) {
        each.estimate = Array.from({ length: 2 }, () => [0.5, null]);
        each.estimate_rank_correlation = null;
      }
    };
    const opened = (change: (results: Results) => void) => {
      const document = JSON.parse(text) as { results: Results };
      change(document.results);
      return () => openDocument(JSON.stringify(document));
    };
    const omit = (object: Record<string, unknown> | undefined, key: string) => {
      Reflect.deleteProperty(object ?? {}, key);
    };

    test('and what lacks nothing, or everywhere, is not', () => {
      expect(opened(withEstimates)().saved?.estimates).toHaveProperty('logit_diff 0 1');
      const older = opened(({ clean, corrupted, sweeps }) => {
        for (const part of [clean, corrupted, ...sweeps]) {
          for (const key of ['margin', 'entropy', 'not_finite']) omit(part, key);
        }
      })();
      expect(older.saved?.result.lacks).toEqual(['margin', 'entropy', 'not_finite']);
    });

    test.each(['margin', 'entropy'])('%s', (name) => {
      const expected = 'expected it in both runs and every sweep or, of a result that is older';
      expect(
        opened(({ sweeps }) => {
          omit(sweeps[1], name);
        }),
      ).toThrow(
        `"results.sweeps[1]": resid_post, noising, has no "${name}", while "results.clean" has "${name}"; ${expected}`,
      );
      expect(
        opened(({ corrupted }) => {
          omit(corrupted, name);
        }),
      ).toThrow(
        `"results.corrupted": has no "${name}", while "results.clean" has "${name}"; ${expected}`,
      );
      expect(
        opened(({ clean, corrupted }) => {
          omit(clean, name);
          omit(corrupted, name);
        }),
      ).toThrow(`"results.clean": has no "${name}", while "results.sweeps[0]" has "${name}"`);
    });

    test('cells that are not finite, estimates, and their metric', () => {
      expect(
        opened(({ sweeps }) => {
          omit(sweeps[1], 'not_finite');
        }),
      ).toThrow(
        '"results.sweeps[1]": resid_post, noising, has no "not_finite", while "results.sweeps[0]" has',
      );
      for (const key of ['estimate', 'estimate_rank_correlation']) {
        const lacking = opened((results) => {
          withEstimates(results);
          omit(results.sweeps[1], key);
        });
        expect(lacking).toThrow(
          `resid_post, noising, has no "${key}", while "results" has "estimate_metric"; expected`,
        );
      }
      const unnamed = opened((results) => {
        withEstimates(results);
        omit(results as unknown as Record<string, unknown>, 'estimate_metric');
      });
      expect(unnamed).toThrow(
        '"results": has no "estimate_metric", while "results.sweeps[0]" has "estimate"',
      );
    });

    test.each<[string, unknown, string]>([
      ['estimate', [[0.5, 0.5]], 'sweeps[1].estimate": 1 rows, expected 2, as many as "kl" has'],
      ['estimate', null, 'sweeps[1].estimate": null, expected a list of rows'],
      ['estimate_rank_correlation', 1.5, '1.5, expected a number from -1 to 1'],
      ['not_finite', null, 'sweeps[1].not_finite": null, expected a list of'],
      ['margin', null, 'sweeps[1].margin": null, expected a list of targets'],
    ])('and so is %s as %j', (key, value, message) => {
      const wrong = opened((results) => {
        withEstimates(results);
        results.sweeps[1]![key] = value;
      });
      expect(wrong).toThrow(message);
    });

    test('and estimates whose metric is null', () => {
      const wrong = opened((results) => {
        withEstimates(results);
        results.estimate_metric = null;
      });
      expect(wrong).toThrow('"results.estimate_metric": null, expected an object');
    });
  });
});
