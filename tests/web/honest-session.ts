/** A session whose every number says of which model, experiment and cell it is, so that none can be taken for another's. */

import type {
  AttributionMetric,
  AttributionResult,
  ExperimentStart,
  Prediction,
  PromptNote,
  SweepInfo,
  SweepRow,
} from '../../web/src/engine/module';
import type { PromptOptions } from '../../web/src/experiment/prompt-options';
import type { ExperimentDocument } from '../../web/src/experiment/experiment';
import { START } from './example-result';
import { tableOf } from './measure-tables';

export const LAYERS = 4;
/** Of a row. */
const BLOCK_ROWS = 10;

/** FNV-1a, as a 32-bit float in [0, 1). */
function numberOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return Math.fround((hash >>> 8) / 2 ** 24);
}

export const exactValue = (model: string, document: string, sweep: number, cell: number) =>
  numberOf(`exact ${model} ${document} ${sweep} ${cell}`);
export const estimateValue = (model: string, document: string, sweep: number, cell: number) =>
  numberOf(`estimate ${model} ${document} ${sweep} ${cell}`);

const BOS = '<|endoftext|>';
const wordsOf = (prompt: string | number[], { bos }: { bos?: boolean } = {}) => [
  ...(bos ? [BOS] : []),
  ...(typeof prompt === 'string' ? prompt.split(' ') : prompt.map((id) => `#${id}`)),
];
const idOf = (text: string) => Math.floor(numberOf(text) * 2 ** 20);
const tokenOf = (text: string) => ({ id: idOf(text), text });
const coreError = (message: string) => Object.assign(new Error(message), { code: 'experiment' });

/** What a prompt is answered with: its second word. */
export const answerOf = (prompt: string | number[]): string => ` ${wordsOf(prompt)[1] ?? ''}`;

const top = (prompt: string | number[]): Prediction[] => [
  { ...tokenOf(answerOf(prompt)), prob: 0.9, logit: 1 },
];

function sweepsOf({ sites, directions, clean, region, bos }: ExperimentDocument): SweepInfo[] {
  return sites.flatMap((entry) => {
    const { site, layers } = typeof entry === 'string' ? { site: entry, layers: undefined } : entry;
    const [first, end] = layers ?? [0, LAYERS];
    const [firstLayer, endLayer] = [
      Math.max(first, region?.layers[0] ?? 0),
      Math.min(end, region?.layers[1] ?? LAYERS),
    ];
    const rows = {
      rows: LAYERS,
      columns: wordsOf(clean, { bos: bos === true }).length,
      blockRows: BLOCK_ROWS,
    };
    return directions.map((direction) => ({
      ...{ site, direction, axes: 'position' as const, firstLayer, endLayer },
      ...rows,
    }));
  });
}

export class HonestSession {
  /** How many rows each run computed, of which document. */
  readonly runs: { document: string; rows: number }[] = [];
  private document = '';
  private sweeps: SweepInfo[] = [];
  private left: { sweep: number; layer: number }[] = [];

  /** isToken: which targets are one token. */
  constructor(
    readonly model: string,
    private readonly isToken: (text: string) => boolean = () => true,
  ) {}

  start(text: string): ExperimentStart {
    const document = this.read(text);
    const { clean, corrupted = clean, targets } = document;
    this.document = text;
    this.sweeps = sweepsOf(document);
    this.left = this.sweeps.flatMap(({ firstLayer, endLayer }, sweep) =>
      Array.from({ length: endLayer - firstLayer }, (_, i) => ({ sweep, layer: firstLayer + i })),
    );
    this.runs.push({ document: text, rows: 0 });
    const names = targets.map(String);
    const run = (name: string) => {
      const values = names.map((_, target) => numberOf(`${name} ${this.model} ${text} ${target}`));
      return tableOf(names.length, 1, { prob: values, logit: values, kl: [0] });
    };
    return {
      ...START,
      tokensClean: wordsOf(clean, document).map(tokenOf),
      tokensCorrupted: wordsOf(corrupted, document).map(tokenOf),
      targets: names.map((name) => ({ text: name, tokens: [tokenOf(name)] })),
      clean: run('clean'),
      corrupted: run('corrupted'),
      topClean: top(clean),
      topCorrupted: top(corrupted),
      sweeps: this.sweeps,
      blockRows: BLOCK_ROWS * this.left.length,
    };
  }

  step(): SweepRow | undefined {
    const next = this.left.pop();
    const run = this.runs.at(-1);
    const info = next && this.sweeps[next.sweep];
    if (!next || !info || !run) return undefined;
    run.rows++;
    const { columns } = info;
    const cells = Array.from({ length: columns }, (_, column) => next.layer * columns + column);
    const { targets: names, region } = this.read(this.document);
    const [left, right] = region?.positions ?? [0, columns];
    const isInside = (column: number) => column >= left && column < right;
    const values = cells.map((cell, column) =>
      isInside(column) ? exactValue(this.model, this.document, next.sweep, cell) : Number.NaN,
    );
    const targets = names.length;
    const all = Array.from({ length: targets }, () => values).flat();
    const measures = tableOf(targets, columns, { prob: all, logit: all, kl: values });
    const marks = {
      computed: Uint8Array.from(cells, (_, column) => Number(isInside(column))),
      notFinite: new Uint8Array(columns),
    };
    const blockRowsDone = BLOCK_ROWS * run.rows;
    return { ...next, head: -1, measures, ...marks, blockRowsDone };
  }

  attribute(metric: string): AttributionResult {
    const { target } = JSON.parse(metric) as AttributionMetric;
    const estimates = this.sweeps.map(({ rows, columns }, sweep) => ({
      sweep,
      values: Float32Array.from({ length: rows * columns }, (_, cell) =>
        estimateValue(`${this.model} ${target}`, this.document, sweep, cell),
      ),
    }));
    return { estimates, seconds: 0 };
  }

  memoryOf(document: string) {
    this.read(document);
    return { least: 1, most: 1, allowed: 2 };
  }

  resolveTarget(text: string) {
    if (!this.isToken(text)) throw coreError(`"${text}" is no token`);
    return tokenOf(text);
  }

  /** As a text where that is one token, else by its id. */
  targetOf = (text: string) => (this.isToken(text) ? text : idOf(text));

  predict = (prompt: string | number[]) => top(prompt);
  tokenize = (prompt: string | number[], options: PromptOptions) =>
    wordsOf(prompt, options).map(tokenOf);
  /** Of a target that a document names without its space. */
  notes = (text: string): PromptNote[] =>
    (JSON.parse(text) as ExperimentDocument).targets.flatMap((target, index) =>
      typeof target === 'string' && !target.startsWith(' ')
        ? [
            {
              kind: 'target-needs-space',
              place: `targets[${index}]`,
              mended: ` ${target}`,
            },
          ]
        : [],
    );
  repairs = () => ({ differences: [], repairs: [] });
  checks = () => [];

  /** A run that is over. */
  forget() {
    this.left = [];
  }

  private read(text: string): ExperimentDocument {
    const document = JSON.parse(text) as ExperimentDocument;
    const { clean, corrupted = clean, targets } = document;
    if (targets.length === 0) throw coreError('no target');
    for (const target of targets) if (typeof target === 'string') this.resolveTarget(target);
    if (wordsOf(clean).length !== wordsOf(corrupted).length) throw coreError('other lengths');
    return document;
  }
}
