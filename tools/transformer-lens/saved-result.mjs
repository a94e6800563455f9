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

const floats = (values) =>
  Float32Array.from(values.flat(Infinity), (value) => (value === null ? Number.NaN : value));

const measuresOf = ({ prob, log_prob, logit, rank, kl }) => ({
  prob: floats(prob),
  logProb: floats(log_prob),
  logit: floats(logit),
  rank: floats(rank),
  kl: kl ?? Number.NaN,
});

/** [row][column], 1 where a cell is not finite. */
function marksOf(cells, rows, columns) {
  const marks = new Uint8Array(rows * columns);
  for (const [row, column] of cells) marks[row * columns + column] = 1;
  return marks;
}

function sweepOf({ site, direction, axes, kl, not_finite: notFinite = [], ...values }) {
  return {
    notFinite: marksOf(notFinite, kl.length, kl[0].length),
    info: { site, direction, axes, rows: kl.length, columns: kl[0].length },
    ...measuresOf({ ...values, kl: 0 }),
    kl: floats(kl),
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
      ...(tokens.mean && { tokensMean: tokens.mean }),
      targets: results.targets,
      clean: measuresOf(results.clean),
      corrupted: measuresOf(results.corrupted),
      sweeps: sweeps.map(({ info }) => info),
    },
    sweeps,
  };
}
