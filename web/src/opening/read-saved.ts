/** The numbers of a saved result as they were when it was shown: docs/experiment.md, "Saved results". */

import {
  infoOf,
  type Measure,
  type MeasureInfo,
  targetsOf,
  unknownTable,
  valuesOf,
} from '../engine/measure-table';
import { MEASURES } from '../engine/core-tables';
import type {
  ExperimentStart,
  MeasureTable,
  Prediction,
  SweepInfo,
  Target,
  Token,
} from '../engine/module';
import { isHeadSite } from '../experiment/defaults';
import {
  type Bounds,
  DIRECTIONS,
  type Experiment,
  type Site,
  SITES,
} from '../experiment/experiment';
import { emptyResult, type LabResult, type SweepValues } from '../result/result';
import type { InputValue } from './input-value';
import {
  requireAllInRange,
  requireCells,
  requireInRange,
  requireRun,
  requireTop,
} from './own-numbers';
import { requireOneText, requireOwnPrompts, requireOwnTargets } from './own-tokens';
import type { SavedModel } from './read-model';
import { requireWhole } from './require-whole';
import { type Shape, type SavedAxes, shapeOf } from './shape';

const LARGEST_ID = 2 ** 31 - 1;
const NAMES: readonly Measure[] = MEASURES.map(({ name }) => name);

/** What older results do not say; when it is saved again, it is not said either. */
type Lacks = Set<Measure | 'not_finite'>;

const RESULTS = ['targets', 'clean', 'corrupted', 'top', 'sweeps', 'estimate_metric'];
const SWEEP = ['site', 'direction', 'axes', 'not_finite', 'estimate', 'estimate_rank_correlation'];

const readToken = (token: InputValue): Token => ({
  id: token.at('id').whole(0, LARGEST_ID),
  text: token.at('text').text(),
});

const readTokens = (value: InputValue): Token[] =>
  value.list(1, 'tokens').map((token) => {
    token.requireKeys(['id', 'text']);
    return readToken(token);
  });

const readTargets = (value: InputValue): Target[] =>
  value.list(1, 'targets').map((target) => {
    target.requireKeys(['text', 'tokens']);
    return { text: target.at('text').text(), tokens: readTokens(target.at('tokens')) };
  });

const readTop = (value: InputValue): Prediction[] =>
  value.list(0, 'tokens').map((token) => {
    token.requireKeys(['id', 'text', 'logit', 'prob']);
    const [logit, prob] = [token.at('logit'), token.at('prob')];
    return { ...readToken(token), logit: logit.numberOrNull(), prob: prob.numberOrNull() };
  });

/** What is under a measure's name; none where the result is older than the measure. */
function findMeasure(object: InputValue, measure: MeasureInfo, lacks: Lacks) {
  const found = object.find(measure.name);
  if (!found && measure.inEveryResult) return object.at(measure.name);
  if (!found) lacks.add(measure.name);
  return found;
}

function readRun(run: InputValue, targets: number, lacks: Lacks): MeasureTable {
  run.requireKeys(NAMES);
  const table = unknownTable(targets, 1);
  for (const measure of NAMES.map(infoOf)) {
    const found = findMeasure(run, measure, lacks);
    if (!found) continue;
    const values = measure.ofTarget
      ? found.numbersOrNull(targets, 'one for each target')
      : [found.numberOrNull()];
    if (measure.ofTarget) requireAllInRange(found, measure.name, values);
    else requireInRange(found, measure.name, values[0] ?? Number.NaN);
    for (const target of values.keys()) {
      valuesOf(table, measure.name, target).fill(values[target] ?? Number.NaN);
    }
  }
  return table;
}

/** [row][column], flat. measure: that they are values of. */
export function readRows(
  value: InputValue,
  { rows, columns }: Pick<SweepInfo, 'rows' | 'columns'>,
  measure?: Measure,
): number[] {
  const list = value.list(0, 'rows');
  if (list.length !== rows)
    value.fail(`${list.length} rows, expected ${rows}, as many as "kl" has`);
  return list.flatMap((row) => {
    const numbers = row.numbersOrNull(columns, 'as many as the first row of "kl" has');
    if (measure) requireAllInRange(row, measure, numbers);
    return numbers;
  });
}

function readTables(value: InputValue, info: SweepInfo, table: MeasureTable, measure: MeasureInfo) {
  const lists = measure.ofTarget ? value.list(0, 'targets') : [value];
  const targets = targetsOf(measure, table);
  if (lists.length !== targets.length) {
    value.fail(`${lists.length} targets, expected ${targets.length}, as many as there are`);
  }
  lists.forEach((rows, target) => {
    valuesOf(table, measure.name, target).set(readRows(rows, info, measure.name));
  });
}

function readNotFinite(value: InputValue, sweep: SweepValues): void {
  for (const cell of value.list(0, '[row, column]')) {
    const [row, column, ...more] = cell.list(0, '[row, column]');
    if (!row || !column || more.length > 0) return cell.refuse('[row, column]');
    const { rows, columns } = sweep.info;
    sweep.notFinite[row.whole(0, rows - 1) * columns + column.whole(0, columns - 1)] = 1;
  }
}

/** Before it is known how many layers the model has. */
type InfoOfAnyModel = Omit<SweepInfo, 'firstLayer' | 'endLayer'>;

const axesOf = (site: Site, { by_position }: Experiment): SweepInfo['axes'] => {
  if (!isHeadSite(site)) return 'position';
  return by_position ? 'head-position' : 'head';
};

/** Which heatmap it is, which the experiment says. */
function readInfo(value: InputValue, wanted: string, experiment: Experiment): InfoOfAnyModel {
  value.requireKeys([...SWEEP, ...NAMES]);
  const site = value.at('site').oneOf(SITES);
  const direction = value.at('direction').oneOf(DIRECTIONS);
  if (`${site} ${direction}` !== wanted) {
    value.fail(
      `${site}, ${direction}, expected ${wanted.replace(' ', ', ')}: "sites" and "directions" of the experiment say so`,
    );
  }
  const axes = value.at('axes').oneOf([axesOf(site, experiment)]);
  const rows = value.at('kl').list(1, 'rows');
  const columns = rows[0]?.list(1, 'numbers').length ?? 0;
  return { site, direction, axes, rows: rows.length, columns, blockRows: 0 };
}

const isIn = ([first, end]: Bounds, index: number) => index >= first && index < end;

interface Of {
  experiment: Experiment;
  targets: readonly Target[];
  nHead: number;
}

/** Of several samples the numbers are means. */
const isOneRun = ({ corruption }: Experiment) =>
  corruption.kind !== 'noise' || corruption.samples === 1;

const measuresBut = (lacks: Lacks) => NAMES.filter((name) => !lacks.has(name)).map(infoOf);

function requireAgreement(value: InputValue, sweep: SweepValues, of: Of, lacks: Lacks): void {
  const { info, measures: table, notFinite } = sweep;
  const { experiment, targets, nHead } = of;
  const layers: Bounds = [info.firstLayer, info.endLayer];
  const columns: Bounds = (info.axes === 'head' ? undefined : experiment.region?.positions) ?? [
    0,
    info.columns,
  ];
  const inLayer = info.axes === 'head-position' ? nHead : 1;
  requireCells(value, {
    ...{ table, targets, notFinite, columns: info.columns },
    ...{ measures: measuresBut(lacks), isOne: isOneRun(experiment) },
    isAsked: (row, column) => isIn(layers, Math.floor(row / inLayer)) && isIn(columns, column),
  });
}

/** sweep: of which nothing is known. */
function readSweep(value: InputValue, sweep: SweepValues, of: Of, lacks: Lacks): SweepValues {
  const { info } = sweep;
  for (const measure of NAMES.map(infoOf)) {
    const found = findMeasure(value, measure, lacks);
    if (found) readTables(found, info, sweep.measures, measure);
  }
  const cells = value.find('not_finite');
  if (cells) readNotFinite(cells, sweep);
  else lacks.add('not_finite');
  requireAgreement(value, sweep, of, lacks);
  const kl = valuesOf(sweep.measures, 'kl');
  const known = sweep.known.map((_, row) => {
    const cellsOfRow = Array.from({ length: info.columns }, (__, i) => row * info.columns + i);
    return cellsOfRow.some((cell) => !Number.isNaN(kl[cell]) || sweep.notFinite[cell] === 1);
  });
  return { ...sweep, known, rowsDone: known.filter(Boolean).length };
}

function requireShape(value: InputValue, { axes, rows, columns }: InfoOfAnyModel, shape: Shape) {
  const { nLayer, nHead, nTokens } = shape;
  const expected = [
    axes === 'head-position' ? nLayer * nHead : nLayer,
    axes === 'head' ? nHead : nTokens,
  ];
  if (rows !== expected[0] || columns !== expected[1]) {
    value.fail(
      `${rows} rows of ${columns} numbers, expected ${expected.join(' of ')}: the model has ${nLayer} layers and ` +
        `${nHead} heads in each, the prompt ${nTokens} tokens`,
    );
  }
}

const common = (one: Bounds, other: Bounds): Bounds => [
  Math.max(one[0], other[0]),
  Math.min(one[1], other[1]),
];

/** The two runs without a patch. */
function requireRuns(
  results: InputValue,
  { targets, clean, corrupted, topClean, topCorrupted }: ExperimentStart,
  experiment: Experiment,
  lacks: Lacks,
): void {
  const of = { targets, measures: measuresBut(lacks) };
  const runs = [
    { name: 'clean', run: { ...of, table: clean, isOne: true }, top: topClean },
    {
      name: 'corrupted',
      run: { ...of, table: corrupted, isOne: isOneRun(experiment) },
      top: topCorrupted,
    },
  ];
  for (const { name, run, top } of runs) {
    requireRun(results.at(name), run);
    const predictions = results.findValue('top')?.at(name);
    if (predictions) requireTop(predictions, top, run);
  }
}

/** Undefined where nothing says how many heads the model has: then a heatmap's rows are of no known layer. */
export function readSaved(
  document: InputValue,
  experiment: Experiment,
  model: SavedModel,
  known: Pick<Shape, 'nLayer' | 'nHead'> | undefined,
): LabResult | undefined {
  const results = document.at('results');
  results.requireKeys(RESULTS);
  const tokens = document.at('tokens');
  tokens.requireKeys(['clean', 'corrupted', 'mean']);
  const [clean, corrupted] = [readTokens(tokens.at('clean')), readTokens(tokens.at('corrupted'))];
  const mean = tokens.findValue('mean')?.list(1, 'prompts').map(readTokens);
  requireOwnPrompts(tokens, { clean, corrupted, mean }, experiment);
  const targets = readTargets(results.at('targets'));
  requireOwnTargets(results.at('targets'), targets, experiment.targets);
  const wanted = experiment.sites.flatMap((site) =>
    experiment.directions.map((direction) => `${site} ${direction}`),
  );
  const list = results.at('sweeps').list(1, 'sweeps');
  if (list.length !== wanted.length) {
    results
      .at('sweeps')
      .fail(`${list.length} heatmaps, expected ${wanted.length}: ${wanted.join('; ')}`);
  }
  const infos = list.map((value, index) => readInfo(value, wanted[index] ?? '', experiment));
  const shape = shapeOf(infos satisfies SavedAxes[], clean.length, known);
  if (!shape) return undefined;
  list.forEach((value, index) => {
    requireShape(value, infos[index] as InfoOfAnyModel, shape);
  });
  requireWhole(results);
  const whole: Bounds = [0, shape.nLayer];

  const lacks: Lacks = new Set();
  const top = results.findValue('top');
  top?.requireKeys(['clean', 'corrupted']);
  const start: ExperimentStart = {
    tokensClean: clean,
    tokensCorrupted: corrupted,
    tokensMean: mean ?? [],
    targets,
    clean: readRun(results.at('clean'), targets.length, lacks),
    corrupted: readRun(results.at('corrupted'), targets.length, lacks),
    topClean: top ? readTop(top.at('clean')) : [],
    topCorrupted: top ? readTop(top.at('corrupted')) : [],
    sweeps: infos.map((info) => {
      const [of, region] = [experiment.layers_of_sites?.[info.site], experiment.region?.layers];
      const [firstLayer, endLayer] = common(of ?? whole, region ?? whole);
      return { ...info, firstLayer, endLayer };
    }),
    blockRows: 0,
    naiveBlockRows: 0,
    startBlockRows: 0,
    startSeconds: 0,
  };
  requireRuns(results, start, experiment, lacks);
  const all = [clean, corrupted, ...(mean ?? []), ...targets.map((target) => target.tokens)];
  requireOneText(document, [...all.flat(), ...start.topClean, ...start.topCorrupted]);
  const { nLayer, nHead } = shape;
  const empty = emptyResult(experiment, { ...model, nLayer, nHead }, start);
  const sweeps = empty.sweeps.map((sweep, index) =>
    readSweep(list[index] as InputValue, sweep, { experiment, targets, nHead }, lacks),
  );
  return { ...empty, sweeps, lacks: [...lacks] };
}
