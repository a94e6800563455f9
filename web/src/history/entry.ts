/** A result as it stays in the history: what was asked of which model, and a thumbnail; no activations. */

import { documentOf, settled } from '../experiment/defaults';
import { type Direction, DIRECTIONS, type Experiment } from '../experiment/experiment';
import { InputValue } from '../opening/input-value';
import { readExperiment } from '../opening/read-experiment';
import { readModel, type SavedModel } from '../opening/read-model';
import { type MetricChoice, METRICS, REFERENCES } from '../result/metrics';
import type { StandIn } from '../weights/sources';

export interface Thumbnail {
  rows: number;
  columns: number;
  /** [row][column], a share of the whole effect in 0 … 1; NaN where nothing is known. */
  shares: Float32Array;
  direction: Direction;
}

/** What a result is of. */
export interface Asked {
  experiment: Experiment;
  choice: MetricChoice;
  model: SavedModel;
}

/** How many of its values are exact; where not all are, estimates may stand for the others. */
export const EXACT = ['all', 'some', 'none'] as const;
export type Exact = (typeof EXACT)[number];

export interface HistoryEntry extends Asked {
  /** What differs from the one before. */
  title: string;
  thumbnail: Thumbnail;
  exact: Exact;
  /** Whether its targets are what the runs answer, and nobody pinned them. */
  followsTargets: boolean;
  /** Milliseconds since 1970. */
  time: number;
}

/** The same of two entries of one experiment and one model. */
export function identityOf({
  experiment,
  model,
}: {
  experiment: Experiment;
  model: Pick<SavedModel, 'id' | 'dtype'> & {
    digest?: string | undefined;
    tokenizer?: StandIn | undefined;
  };
}): string {
  const { id, dtype, digest = '', tokenizer } = model;
  const read = [id, dtype, digest, ...(tokenizer ? [tokenizer] : [])];
  return JSON.stringify([...read, documentOf(settled(experiment))]);
}

const LARGEST_SIDE = 64;
/** A byte a cell: of 0 … 254 each a step of the share, 255 for what is not known. */
const STEPS = 254;
const UNKNOWN = 255;

const toBytes = (shares: Float32Array) =>
  btoa(
    Array.from(shares, (share) =>
      String.fromCharCode(Number.isNaN(share) ? UNKNOWN : Math.round(share * STEPS)),
    ).join(''),
  );

function fromBytes(value: InputValue, count: number): Float32Array {
  const expected = `${count} bytes in base 64`;
  let bytes = '';
  try {
    bytes = atob(value.text());
  } catch {
    value.refuse(expected); // text that is no base 64
  }
  if (bytes.length !== count) value.refuse(expected);
  return Float32Array.from(bytes, (byte) => {
    const step = byte.charCodeAt(0);
    return step === UNKNOWN ? Number.NaN : Math.min(1, step / STEPS);
  });
}

export function entryText({ experiment, model, thumbnail, ...rest }: HistoryEntry) {
  const { rows, columns, direction, shares } = thumbnail;
  return JSON.stringify({
    experiment: { ...(JSON.parse(documentOf(settled(experiment))) as object), model },
    ...rest,
    thumbnail: { rows, columns, direction, shares: toBytes(shares) },
  });
}

function readChoice(value: InputValue): MetricChoice {
  const index = (key: string) => value.at(key).whole(0, 2 ** 31 - 1);
  return {
    metric: value.findValue('metric')?.oneOf(METRICS),
    reference: value.at('reference').oneOf(REFERENCES),
    target: index('target'),
    against: index('against'),
  };
}

function readThumbnail(value: InputValue): Thumbnail {
  const [rows, columns] = ['rows', 'columns'].map((key) => value.at(key).whole(1, LARGEST_SIDE));
  const shares = fromBytes(value.at('shares'), (rows ?? 0) * (columns ?? 0));
  const direction = value.at('direction').oneOf(DIRECTIONS);
  return { rows: rows ?? 0, columns: columns ?? 0, shares, direction };
}

/** Throws an `OpenError` where it is no entry. */
export function readEntry(text: string): HistoryEntry {
  const entry = InputValue.parse(text, 'history');
  const document = entry.at('experiment');
  return {
    experiment: readExperiment(document),
    choice: readChoice(entry.at('choice')),
    model: readModel(document) ?? document.fail('has no "model"'),
    title: entry.at('title').text(),
    thumbnail: readThumbnail(entry.at('thumbnail')),
    // Entries of before had neither, and exact values alone.
    exact: entry.find('exact')?.oneOf(EXACT) ?? 'all',
    followsTargets: entry.find('followsTargets')?.truth() ?? false,
    time: entry.at('time').number('milliseconds since 1970', (time) => time >= 0),
  };
}
