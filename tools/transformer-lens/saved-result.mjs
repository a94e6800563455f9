/** A saved result (docs/experiment.md) as the page holds one. */

import { fileURLToPath } from 'node:url';

import { runnerImport } from 'vite';

const root = fileURLToPath(new URL('../../web/', import.meta.url));

/** A module of the page's own source. */
export async function pageModule(path) {
  const inline = { root, configFile: false, logLevel: 'error' };
  const { module } = await runnerImport(`${root}src/${path}`, inline);
  return module;
}

const { MEASURES } = await pageModule('engine/core-tables.ts');
const { unknownTable, valuesOf, targetsOf } = await pageModule('engine/measure-table.ts');

/** saved: of each measure [target] of cells, or cells, nested or one. Older results do not have all. */
function tableOf(saved, targets, cells) {
  const table = unknownTable(targets, cells);
  for (const measure of MEASURES) {
    const values = [saved[measure.name] ?? []].flat(Infinity);
    for (const target of targetsOf(measure, table)) {
      const own = values.slice(target * cells, (target + 1) * cells);
      valuesOf(table, measure.name, target).set(own.map((value) => value ?? Number.NaN));
    }
  }
  return table;
}

/** [row][column], 1 where a cell is not finite. */
function marksOf(cells, rows, columns) {
  const marks = new Uint8Array(rows * columns);
  for (const [row, column] of cells) marks[row * columns + column] = 1;
  return marks;
}

function sweepOf(saved) {
  const { site, direction, axes, prob, kl, not_finite: notFinite = [] } = saved;
  const [rows, columns] = [kl.length, kl[0].length];
  return {
    notFinite: marksOf(notFinite, rows, columns),
    info: { site, direction, axes, rows, columns },
    measures: tableOf(saved, prob.length, rows * columns),
  };
}

/** defaults: of an experiment's keys. */
export function resultOf(saved, defaults) {
  const { tokens, results, model, ...experiment } = saved;
  const sweeps = results.sweeps.map(sweepOf);
  return {
    experiment: { ...defaults, ...experiment },
    // The command writes no label.
    model: { label: model.id, ...model },
    start: {
      tokensClean: tokens.clean,
      tokensCorrupted: tokens.corrupted,
      tokensMean: tokens.mean ?? [],
      targets: results.targets,
      clean: tableOf(results.clean, results.targets.length, 1),
      corrupted: tableOf(results.corrupted, results.targets.length, 1),
      sweeps: sweeps.map(({ info }) => info),
    },
    sweeps,
  };
}
