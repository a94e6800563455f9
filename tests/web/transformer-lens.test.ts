import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

import { expect, test, vi } from 'vitest';

import { type Measure, valuesOfRun } from '../../web/src/engine/measure-table';
import { DEFAULTS } from '../../web/src/experiment/defaults';
import type { Corruption, Experiment } from '../../web/src/experiment/experiment';
import { DIRECTIONS, HEAD_SITES, POSITION_SITES } from '../../web/src/experiment/experiment';
import type { MetricView } from '../../web/src/picture/from-result';
import { METRICS, REFERENCES } from '../../web/src/result/metrics';
import type { LabResult } from '../../web/src/result/result';
import { shownValues } from '../../web/src/result/shown';
import { transformerLensProgram } from '../../web/src/taking/transformer-lens/program';
import { commentText, pythonString } from '../../web/src/taking/transformer-lens/python';
import { exampleResult, START } from './example-result';
import { tableOf } from './measure-tables';

// Python starts slowly on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const VIEW: MetricView = { metric: 'logit_diff', reference: 'unpatched', target: 0, against: 1 };
const OF_LIBRARY = new URL('../../tools/transformer-lens/', import.meta.url);

const NOISE: Corruption = {
  kind: 'noise',
  positions: [1, 0],
  multiple: 3,
  samples: 5,
  seed: 7,
};

const CORRUPTIONS: Corruption[] = [
  { kind: 'prompt' },
  NOISE,
  { kind: 'zero' },
  { kind: 'mean', prompts: ['a "b"', 'c\nd'] },
];

const SHAPES: Partial<Experiment>[] = [
  { sites: [...POSITION_SITES] },
  { sites: [...POSITION_SITES], window: 2, span: 2 },
  { sites: [...HEAD_SITES], region: { layers: [0, 1], positions: [1, 2] } },
  { sites: [...HEAD_SITES], by_position: true },
  { sites: [...HEAD_SITES], by_position: true, span: 2 },
  { sites: ['z', 'resid_mid'], region: { layers: [1, 2], positions: [0, 1] } },
];

const CONTINUATION = {
  text: ' Jones a',
  tokens: [
    { id: 5, text: ' Jones' },
    { id: 2, text: ' a' },
  ],
};

/** With three targets, of which the last is two tokens. */
function resultOf(experiment: Partial<Experiment>): LabResult {
  const measures = (run: LabResult['start']['clean']) => {
    const ofAll = (name: Measure) => [...valuesOfRun(run, name), 0.5];
    return tableOf(3, 1, {
      prob: ofAll('prob'),
      log_prob: ofAll('log_prob'),
      logit: ofAll('logit'),
    });
  };
  const [info] = START.sweeps;
  if (!info) throw new Error('no sweep');
  const sweeps = (experiment.sites ?? []).flatMap((site) =>
    DIRECTIONS.map((direction) => ({ ...info, site, direction })),
  );
  return exampleResult(experiment, {
    targets: [...START.targets, CONTINUATION],
    clean: measures(START.clean),
    corrupted: measures(START.corrupted),
    tokensMean: [START.tokensClean, START.tokensCorrupted],
    sweeps,
  });
}

const VIEWS: MetricView[] = REFERENCES.flatMap((reference) => [
  ...METRICS.map((metric) => ({ metric, reference, target: 0, against: 1 })),
  { metric: 'prob', reference, target: 2, against: 2 },
  { metric: 'log_prob', reference, target: 2, against: 2 },
]);

/** Each corruption with each shape of patches, in a fifth of all views. */
function programs(): string[] {
  return CORRUPTIONS.flatMap((corruption, c) =>
    SHAPES.flatMap((shape, s) => {
      const result = resultOf({ ...shape, corruption });
      const views = VIEWS.filter((_, v) => v % 5 === (c + s) % 5);
      return views.map((view) => transformerLensProgram(result, view));
    }),
  );
}

function python(code: string, input: string): string {
  const { status, stdout, stderr, error } = spawnSync('python3', ['-c', code], {
    input,
    encoding: 'utf8',
  });
  if (error) throw error;
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

test('a program has the token ids, the targets and what is patched with what', () => {
  const program = transformerLensProgram(exampleResult({ window: 3 }), VIEW);
  expect(program).toContain('TransformerBridge.boot_transformers("gpt2")');
  expect(program).toContain('clean = torch.tensor([[1, 2]])');
  expect(program).toContain('corrupted = torch.tensor([[3, 2]])');
  expect(program).toContain('target = 5  # " Jones"');
  expect(program).toContain('against = 6  # " Smith"');
  expect(program).toContain('range(layer, min(layer + 3, n_layers))');
  expect(program).toContain('patch_positions("hook_resid_post", corrupted, clean_cache)');
});

test('a program’s ids begin with the token before every prompt, and it says so', () => {
  const bos = { id: 50256, text: '<|endoftext|>' };
  const tokensClean = [bos, ...START.tokensClean];
  const tokensCorrupted = [bos, ...START.tokensCorrupted];
  const result = exampleResult({ bos: true }, { tokensClean, tokensCorrupted });
  const program = transformerLensProgram(result, VIEW);
  expect(program).toContain('what prepend_bos puts before a text');
  expect(program).toContain('clean = torch.tensor([[50256, 1, 2]])');
  expect(program).toContain('corrupted = torch.tensor([[50256, 3, 2]])');
  expect(program).toContain('length = 3');
  expect(transformerLensProgram(exampleResult(), VIEW)).not.toContain('bos');
});

test('a program is short: what an experiment has no use for is not in it', () => {
  const program = transformerLensProgram(exampleResult(), VIEW);
  expect(program.split('\n').length).toBeLessThan(80);
  expect(program).not.toMatch(/noise|min\(|continuation|import math/);
});

test('a model is named as TransformerLens finds it', () => {
  const booted = (id: string) => {
    const result = exampleResult();
    const program = transformerLensProgram({ ...result, model: { ...result.model, id } }, VIEW);
    return /boot_transformers\((.*)\)/.exec(program)?.[1];
  };
  expect(booted('gpt2-xl')).toBe('"gpt2-xl"');
  expect(booted('embedded')).toBe('"tools/embedded-model/model"');
  const hub = 'https://huggingface.co/owner/name/resolve/';
  expect(booted(`${hub}main/`)).toBe('"owner/name"');
  expect(booted(`${hub}checkpoint-1/`)).toBe('"owner/name", revision="checkpoint-1"');
  expect(booted('owner/name')).toBe('"owner/name"');
  expect(booted('owner/name/tree/refs%2Fpr%2F7')).toBe('"owner/name", revision="refs/pr/7"');
  expect(booted('owner/name/tree/main/sub')).toBe('"model"');
  expect(booted('https://example.org/gpt2/')).toBe('"model"');
  expect(booted('files')).toBe('"model"');
});

test('of scores it ends where TransformerLens has another thing under their name', () => {
  const guarded = (site: 'attn_scores' | 'pattern') =>
    transformerLensProgram(resultOf({ sites: [site] }), VIEW).includes('GPTNeoForCausalLM');
  expect([guarded('attn_scores'), guarded('pattern')]).toEqual([true, false]);
});

test('a share of a gap that is too small is the raw value, as the page shows it', () => {
  const share: MetricView = { ...VIEW, metric: 'prob', reference: 'share' };
  const wide = transformerLensProgram(exampleResult(), share);
  expect(wide).toContain('/ (of_clean - of_corrupted)');
  const narrow = exampleResult({}, { corrupted: START.clean });
  expect(transformerLensProgram(narrow, share)).toContain('shown = values\n');
});

test('nothing that a person wrote becomes code', () => {
  const evil = 'x\nimport os\r"""\u2028\u0085#\x7f\ud800';
  const { model, start, ...result } = exampleResult();
  const program = transformerLensProgram(
    {
      ...result,
      model: { ...model, label: evil, id: 'https://example.org/x/' },
      start: {
        ...start,
        tokensClean: [{ id: 1, text: evil }],
        targets: [{ text: evil, tokens: [{ id: 5, text: evil }] }, ...start.targets],
      },
    },
    VIEW,
  );
  expect(program).not.toMatch(/^\s*import os/m);
  expect(program).not.toMatch(/[\r\u2028\u0085\x7f\ud800]/);
  expect(python('import ast, sys\nast.parse(sys.stdin.read())', program)).toBe('');
});

test('strings are Python’s, and comments one line', () => {
  expect(pythonString('a "b"\n\\\x7f')).toBe('"a \\"b\\"\\n\\\\\\x7f"');
  expect(commentText('a\n\tb\u2028c\0d')).toBe('a b c d');
});

test('Python reads every program, and knows every name in it', () => {
  // Names that are read somewhere and bound nowhere, without running anything.
  const code = `
import ast, builtins, json, sys
for program in json.load(sys.stdin):
    nodes = list(ast.walk(ast.parse(program)))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)} | set(dir(builtins))
    bound |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    bound |= {a.asname or a.name for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom)) for a in node.names}
    unknown = {node.id for node in names} - bound
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    defined = {node.name for node in ast.parse(program).body if isinstance(node, ast.FunctionDef)}
    imported = {a.name for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom)) for a in node.names}
    unused = (defined | imported) - read
    if unknown or unused:
        print("unknown", unknown, "unused", unused)
`;
  expect(python(code, JSON.stringify(programs()))).toBe('');
});

test('lines fit a screen, but for the prompts', () => {
  for (const program of programs()) {
    expect(program.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(program).not.toMatch(/undefined|NaN|\[object/);
  }
});

test('hooks are those that TransformerLens has', () => {
  const { transformer_lens: version, hooks } = JSON.parse(
    readFileSync(new URL('hooks.json', OF_LIBRARY), 'utf8'),
  ) as { transformer_lens: string; hooks: string[] };
  const known = new Set(hooks);
  const used = new Set<string>();
  for (const program of programs()) {
    expect(program).toContain(`transformer-lens==${version}`);
    for (const [, name] of program.matchAll(/"((?:attn\.|mlp\.)?hook_\w+)"/g)) used.add(name ?? '');
    expect(program).toContain('f"blocks.{layer}.{hook_name}"');
  }
  const inBlocks = [...used].filter((name) => name !== 'hook_embed');
  expect(inBlocks.length).toBe(POSITION_SITES.length + HEAD_SITES.length);
  for (const name of inBlocks) expect(known).toContain(`blocks.{layer}.${name}`);
  expect(used).toContain('hook_embed');
  expect(known).toContain('hook_embed');
  const pinned = readFileSync(new URL('requirements.txt', OF_LIBRARY), 'utf8');
  expect(pinned).toContain(`transformer-lens==${version}\n`);
});

test('the noise is seeded as C++ seeds it', () => {
  const result = resultOf({ sites: ['resid_post'], corruption: NOISE });
  const program = transformerLensProgram(result, VIEW);
  const [generator] = /def mersenne_twister[^]*?return generator\n/.exec(program) ?? [];
  if (generator === undefined) throw new Error('no generator in the program');
  // What std::mt19937 gives, seeded with std::seed_seq{7, 2} and {4294967295, 0} (GCC 12).
  const code = `
import random
${generator}
generator = mersenne_twister(7, 2)
numbers = [generator.getrandbits(32) for _ in range(1001)]
print(*numbers[:3], numbers[1000], mersenne_twister(4294967295, 0).getrandbits(32))
`;
  expect(python(code, '').trim()).toBe('1927604019 3296487865 1489767616 425755162 3988572255');
});

test('tools/transformer-lens reads every saved result as the page shows it', async () => {
  const reader = (await import(new URL('saved-result.mjs', OF_LIBRARY).href)) as {
    resultOf: (saved: unknown, defaults: Experiment) => LabResult;
  };
  const folder = new URL('../old/2026-11/page/', import.meta.url);
  for (const file of readdirSync(folder)) {
    const saved = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as {
      results: { sweeps: { prob: (number | null)[][][] }[] };
    };
    const { start, sweeps } = reader.resultOf(saved, DEFAULTS);
    for (const [index, sweep] of sweeps.entries()) {
      const subject = { target: 0, against: 1 };
      const { values } = shownValues(start, sweep, 'prob', 'raw', subject);
      const written = [saved.results.sweeps[index]?.prob[0] ?? []].flat(2);
      expect([file, ...values]).toEqual([file, ...written.map((prob) => Math.fround(prob ?? NaN))]);
    }
  }
});
