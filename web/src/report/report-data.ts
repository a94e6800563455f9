/** The report's own figures: tools/report/report.json. */

import { DEFAULTS } from '../experiment/defaults';
import type { Experiment } from '../experiment/experiment';

/** Which of its models a figure is of; for some the report does not say. */
export const COLUMNS = ['medium', 'xl', 'unstated'] as const;
export type Column = (typeof COLUMNS)[number];

export interface ReportRow {
  token: string;
  /** As the report prints it, without the space. */
  printed: string;
  /** As printed, four digits behind the point. */
  prob: Partial<Record<Column, string>>;
}

interface ItemBase {
  id: string;
  /** "Table 1" */
  label: string;
  title: string;
  /** What it shows, in a sentence or two. */
  shows: string;
}

type Asked = Partial<Experiment> & Pick<Experiment, 'clean' | 'corrupted' | 'targets'>;

export interface TableItem extends ItemBase {
  kind: 'table';
  experiment: Asked;
  clean: ReportRow[];
  corrupted: ReportRow[];
}

export interface HeatmapItem extends ItemBase {
  kind: 'heatmap';
  /** What the report's text says of it. */
  says: string[];
  model?: Column;
  experiment: Asked;
}

export interface AttemptsItem extends ItemBase {
  kind: 'attempts';
  says: string[];
  /** As `Session.readPairs` reads them. */
  pairs: unknown[];
  targets: string[];
}

export type ReportItem = TableItem | HeatmapItem | AttemptsItem;

export interface Report {
  title: string;
  authors: string;
  date: string;
  models: Record<'medium' | 'xl', { name: string; n_layer: number; d_model: number }>;
  items: ReportItem[];
}

// Loaded when this part of the page is opened.
const FILES = import.meta.glob<Report>('../../../tools/report/report.json', { import: 'default' });

export async function loadReport(): Promise<Report> {
  const [load] = Object.values(FILES);
  if (!load) throw new Error('this build of the page has no figures of the report');
  return load();
}

export function wholeExperiment(asked: Asked): Experiment {
  return { ...DEFAULTS, ...asked };
}

export const COLUMN_TEXTS: Record<Column, string> = {
  medium: 'report, medium',
  xl: 'report, XL',
  unstated: 'report',
};

/** The report's columns beside which a model's figures belong: its own, or all where it has none. */
export function columnsFor(report: Report, nLayer: number, rows: readonly ReportRow[]): Column[] {
  const there = COLUMNS.filter((column) => rows.some(({ prob }) => prob[column] !== undefined));
  const own = matching(report, nLayer);
  return own !== undefined && there.includes(own) ? [own] : there;
}

/** Which of the report's models has as many layers. */
export function matching(report: Report, nLayer: number): 'medium' | 'xl' | undefined {
  return (['medium', 'xl'] as const).find((column) => report.models[column].n_layer === nLayer);
}
