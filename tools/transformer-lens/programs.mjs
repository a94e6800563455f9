/**
 * Writes programs for TransformerLens, made by the page's own source from saved results, and beside
 * each what the page shows of its result.
 *
 *     node programs.mjs OUT COMMAND            # every kind, by experiments.mjs, with the native command
 *     node programs.mjs OUT COMMAND FILE...    # of results that the page or the command saved
 */

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { experiments } from './experiments.mjs';
import { pageModule, resultOf } from './saved-result.mjs';

const [out, command, ...files] = process.argv.slice(2);
const { transformerLensProgram } = await pageModule('taking/transformer-lens/program.ts');
const { DEFAULTS } = await pageModule('experiment/defaults.ts');
const { shownValues } = await pageModule('result/shown.ts');
const { DEFAULT_CHOICE, shownMetric, shownReference, subjectsOf } =
  await pageModule('result/metrics.ts');

function computed({ name, document }) {
  const { status, stdout, stderr } = spawnSync(command, ['patch', '--experiment', '-', '--json'], {
    input: JSON.stringify(document),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return JSON.parse(stdout);
}

/** What the page opens with. */
function firstView({ start, experiment }) {
  const metric = shownMetric(undefined, start.targets);
  const [subject] = subjectsOf(metric, DEFAULT_CHOICE, start.targets);
  const reference = shownReference(DEFAULT_CHOICE.reference, metric, experiment);
  return { as: 'what the page shows first', view: { metric, reference, ...subject } };
}

/** null where nothing is known, in place of a row or of a value. */
function rowsOf(values, columns) {
  const all = Array.from(values, (value) => (Number.isNaN(value) ? null : value));
  return Array.from({ length: all.length / columns }, (_, row) => {
    const cells = all.slice(row * columns, (row + 1) * columns);
    return cells.some((value) => value !== null) ? cells : null;
  });
}

function expected(result, view) {
  // A reference that an experiment has no use for is shown as another.
  const reference = shownReference(view.reference, view.metric, result.experiment);
  return result.sweeps.map((sweep) => ({
    site: sweep.info.site,
    direction: sweep.info.direction,
    values: rowsOf(
      shownValues(result.start, sweep, view.metric, reference, view).values,
      sweep.info.columns,
    ),
  }));
}

const kinds =
  files.length > 0
    ? files.map((file) => ({ name: basename(file), saved: JSON.parse(readFileSync(file, 'utf8')) }))
    : experiments().map((experiment) => ({ ...experiment, saved: computed(experiment) }));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
let count = 0;
for (const { name, saved, views } of kinds) {
  const result = resultOf(saved, DEFAULTS);
  const named = views
    ? Object.entries(views).map(([as, view]) => ({ as, view }))
    : [firstView(result)];
  for (const { as, view } of named) {
    const file = join(out, String(count++).padStart(3, '0'));
    writeFileSync(`${file}.py`, transformerLensProgram(result, view));
    writeFileSync(
      `${file}.json`,
      JSON.stringify({ name, view: as, metric: view.metric, sweeps: expected(result, view) }),
    );
  }
}
console.log(`${count} programs in ${out}`);
