/** A text that is a description of an experiment, or a saved result: docs/experiment.md. */

import type { AttributionResult, Check } from '../engine/module';
import type { Experiment } from '../experiment/experiment';
import { estimateKey, type Estimates } from '../result/estimates';
import { DEFAULT_CHOICE, type MetricChoice } from '../result/metrics';
import type { LabResult } from '../result/result';
import { InputValue } from './input-value';
import { readExperiment } from './read-experiment';
import { readModel, type SavedModel } from './read-model';
import { readRows, readSaved } from './read-saved';
import type { Shape } from './shape';

export interface OpenedDocument {
  experiment: Experiment;
  /** Where the document says of which metric its estimates are. */
  choice?: MetricChoice;
  /** Where its numbers came from. */
  model?: SavedModel;
  saved?: { result: LabResult; estimates: Estimates; checks: Check[] };
  /** What a person should know of it. */
  notes: string[];
}

const METRICS = ['logit', 'logit_diff', 'prob', 'log_prob'] as const;
const UNNAMED: SavedModel = { id: '', label: 'a model that the file does not name', dtype: 'f32' };

const isCorrelation = (value: number) => value >= -1 && value <= 1;

function readMetric(value: InputValue, targets: number) {
  const metric = value.at('metric').oneOf(METRICS);
  const target = value.at('target').whole(0, targets - 1);
  const against = value.findValue('against')?.whole(0, targets - 1) ?? target;
  return { metric, target, against };
}

function readEstimates(document: InputValue, { start }: LabResult): AttributionResult {
  const sweeps = document.at('results').at('sweeps').list(1, 'sweeps');
  const estimates = start.sweeps.map((info, sweep) => {
    const value = sweeps[sweep] ?? document.fail('has other sweeps');
    value.findValue('estimate_rank_correlation')?.number('a number from -1 to 1', isCorrelation);
    return { sweep, values: Float32Array.from(readRows(value.at('estimate'), info)) };
  });
  return { estimates, seconds: 0 };
}

const readChecks = (list: InputValue | undefined): Check[] =>
  (list?.list(0, 'checks') ?? []).map((check) => ({
    name: check.at('name').text(),
    passed: check.at('passed').truth(),
    detail: check.at('detail').text(),
  }));

/**
 * Throws an `OpenError` where it is neither. shapeOf: of a model that somebody knows, asked where a saved result does
 * not tell itself how many heads its model has.
 */
export function openDocument(
  text: string,
  shapeOf: (model: SavedModel) => Pick<Shape, 'nLayer' | 'nHead'> | undefined = () => undefined,
): OpenedDocument {
  const document = InputValue.parse(text, 'experiment');
  const experiment = readExperiment(document);
  const model = readModel(document);
  const opened: OpenedDocument = { experiment, ...(model && { model }), notes: [] };
  const results = document.findValue('results');
  if (!results) return opened;

  const source = model ?? UNNAMED;
  const result = readSaved(document, experiment, source, shapeOf(source));
  if (!result) {
    opened.notes.push(
      'Its numbers are of heads at positions alone, which do not say how many heads a layer has: they are ' +
        `shown where ${source.label} is loaded first. The experiment is opened.`,
    );
    return opened;
  }
  const checks = readChecks(document.findValue('checks'));
  opened.saved = { result, estimates: {}, checks };
  const named = results.find('estimate_metric');
  if (!named) return opened;

  const { metric, target, against } = readMetric(named, experiment.targets.length);
  opened.choice = { ...DEFAULT_CHOICE, metric, target, against };
  const estimates = readEstimates(document, result);
  // Only of logits are there estimates in the page.
  if (metric === 'logit' || metric === 'logit_diff') {
    opened.saved.estimates = { [estimateKey({ metric, target, against })]: estimates };
  } else {
    opened.notes.push(`Its estimates of ${metric} are left out: the page has those of logits.`);
  }
  return opened;
}
