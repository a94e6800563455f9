/** Links and embeds of earlier versions (tests/old/), on the model that they were made with. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { COMMAND, patchExperiment, type SweepOutput } from './command';
import { type ModelServer, serveModel } from './model-server';
import { expect, type PatchboardPage, test } from './patchboard-page';

interface OldLink {
  name: string;
  query: string;
  document: object;
}

interface SavedResult {
  results: { targets: { text: string }[]; sweeps: SweepOutput[] };
}

const OLD = fileURLToPath(new URL('../old', import.meta.url));
const LINKS = [
  'prompts',
  'region',
  'heads-by-position',
  'noise',
  'zeros-both-directions',
  'targets-in-order',
  'ids',
  'weights-in-f16',
];
const EMBEDS = ['embed', 'embed-noise', 'embed-heads'];

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** Both unknown, or close. */
function expectClose(now: SweepOutput, then: SweepOutput) {
  for (const key of ['site', 'direction', 'axes'] as const) expect(now[key]).toBe(then[key]);
  for (const [key, tolerance] of [
    ['prob', 1e-5],
    ['log_prob', 1e-3],
    ['logit', 1e-3],
  ] as const) {
    const [values, expected] = [now[key].flat(2), then[key].flat(2)];
    expect(values).toHaveLength(expected.length);
    const wrong = values.filter((value, index) => {
      const known = expected[index] ?? null;
      if (value === null || known === null) return value !== known;
      return !(Math.abs(value - known) <= tolerance);
    });
    expect(wrong, `${now.site}, ${key}`).toEqual([]);
  }
}

async function saved(patchboard: PatchboardPage): Promise<string> {
  await patchboard.show('Share');
  const download = patchboard.page.waitForEvent('download');
  await patchboard.page.getByRole('button', { name: 'JSON', exact: true }).click();
  return (await download).path();
}

const names = readdirSync(OLD, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

function testCorpus(corpus: string) {
  const model = `${corpus}/model`;
  const links = read(`${corpus}/links.json`) as OldLink[];
  let server: ModelServer;

  test.beforeAll(async () => {
    server = await serveModel(model);
  });

  test.afterAll(() => server.close());

  const open = (patchboard: PatchboardPage, { query }: OldLink) =>
    patchboard.open(`${query}&model=${encodeURIComponent(server.address)}`);

  for (const link of links.filter(({ name }) => LINKS.includes(name))) {
    test(`the old link "${link.name}" opens and runs to the numbers of its time`, async ({
      patchboard,
    }) => {
      await open(patchboard, link);
      await expect(patchboard.runButton).toBeEnabled();
      await expect(patchboard.alerts).toHaveCount(0);
      await patchboard.run();
      const file = await saved(patchboard);
      const now = (read(file) as SavedResult).results;
      const then = (read(`${corpus}/page/${link.name}.json`) as SavedResult).results;
      // What enters the first layer comes last, since the page shows it above the stream after each layer.
      const { length } = then.sweeps;
      expect(now.sweeps.slice(length).every(({ site }) => site === 'resid_pre')).toBe(true);
      then.sweeps.forEach((sweep, index) => {
        expectClose(now.sweeps[index] as SweepOutput, sweep);
      });
      // Throws where a number is another one.
      execFileSync(COMMAND, ['replay', '--model', model, file]);
    });
  }

  for (const link of links.filter(({ name }) => EMBEDS.includes(name))) {
    test(`the old embed "${link.name}" runs by itself to the command’s numbers`, async ({
      patchboard,
    }) => {
      await open(patchboard, link);
      await patchboard.expectAskedRunDone();
      const cells = await patchboard.values();
      const { sweeps } = patchExperiment(model, link.document).results;
      const expected = sweeps.flatMap(({ prob }) => prob.flat(2));
      expect(cells).toHaveLength(expected.length);
      const wrong = cells.filter(({ prob }, index) => {
        return !(Math.abs(prob - (expected[index] ?? NaN)) <= 1e-5);
      });
      expect(wrong).toEqual([]);
    });
  }
}

for (const name of names) test.describe(name, () => testCorpus(`${OLD}/${name}`));
