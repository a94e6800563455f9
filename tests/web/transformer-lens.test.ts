import { spawnSync } from 'node:child_process';

import { expect, test } from 'vitest';

import type { Corruption, Site } from '../../web/src/experiment/experiment';
import { SITES } from '../../web/src/experiment/experiment';
import { METRICS } from '../../web/src/heatmap/metrics';
import type { MetricView } from '../../web/src/picture/from-result';
import {
  hookName,
  pythonString,
  transformerLensProgram,
} from '../../web/src/taking/transformer-lens';
import { exampleResult } from './example-result';

const VIEW: MetricView = { metric: 'logit_diff', reference: 'unpatched', target: 0, against: 1 };
const hasPython = spawnSync('python3', ['--version']).status === 0;

const CORRUPTIONS: Corruption[] = [
  { kind: 'prompt' },
  { kind: 'noise', positions: [0, 1], multiple: 3, samples: 5, seed: 7 },
  { kind: 'zero' },
  { kind: 'mean', prompts: ['a "b"', 'c\nd'] },
];

function programs(): string[] {
  return CORRUPTIONS.flatMap((corruption) =>
    SITES.flatMap((site) =>
      [false, true].map((by_position) => {
        const sweeps = (['denoising', 'noising'] as const).map((direction) => ({
          site,
          direction,
          axes: 'position' as const,
          rows: 2,
          columns: 2,
          blockRows: 1,
        }));
        const result = exampleResult({ sites: [site], corruption, by_position }, { sweeps });
        const metric = METRICS[site.length % METRICS.length] ?? 'prob';
        return transformerLensProgram(result, { ...VIEW, metric });
      }),
    ),
  );
}

test('hooks have the names that TransformerLens gives them', () => {
  const names: Partial<Record<Site, string>> = { resid_mid: 'hook_resid_mid', z: 'attn.hook_z' };
  for (const [site, name] of Object.entries(names)) expect(hookName(site as Site)).toBe(name);
});

test('the program has the token ids, the targets and a sweep for each direction', () => {
  const program = transformerLensProgram(exampleResult({ window: 3 }), VIEW);
  expect(program).toContain('"gpt2",');
  expect(program).toContain('clean = torch.tensor([[1, 2]], device=model.cfg.device)');
  expect(program).toContain('corrupted = torch.tensor([[3, 2]], device=model.cfg.device)');
  expect(program).toContain('TARGET = [5]');
  expect(program).toContain('AGAINST = [6]');
  expect(program).toContain('WINDOW, SPAN = 3, 1');
  expect(program).toContain('f"blocks.{l}.hook_resid_post"');
  expect(program).toContain('sweep_resid_post(corrupted, [], clean_run)');
});

test('a model that is not published is loaded from its folder', () => {
  const result = exampleResult();
  const program = transformerLensProgram(
    { ...result, model: { ...result.model, id: 'embedded' } },
    VIEW,
  );
  expect(program).toContain('convert_gpt2_weights(published, config)');
  expect(program).not.toContain('from_pretrained(\n    "');
});

test('strings are Python’s', () => {
  expect(pythonString('a "b"\n\\')).toBe('"a \\"b\\"\\n\\\\"');
});

test('brackets are balanced and blocks are indented in fours', () => {
  for (const program of programs()) {
    const bare = program
      .replaceAll(/"""[^]*?"""/g, '')
      .replaceAll(/f?"(?:[^"\\]|\\.)*"/g, '')
      .replaceAll(/#.*/g, '');
    for (const [open, close] of ['()', '[]', '{}']) {
      expect(bare.split(open ?? '').length).toBe(bare.split(close ?? '').length);
    }
    for (const line of bare.split('\n'))
      expect(/^ */.exec(line)?.[0].length).toSatisfy((n) => Number(n) % 4 === 0);
    expect(bare).not.toMatch(/undefined|NaN|\[object/);
  }
});

test.skipIf(!hasPython)('Python reads every program', () => {
  const read = 'import ast, json, sys\nfor program in json.load(sys.stdin): ast.parse(program)';
  const { status, stderr } = spawnSync('python3', ['-c', read], {
    input: JSON.stringify(programs()),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
