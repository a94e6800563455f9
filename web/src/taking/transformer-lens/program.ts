/** The same experiment as a Python program for TransformerLens 4.3, to run, to read and to change. */

import type { MetricView } from '../../picture/from-result';
import { heatmapSections } from './heatmap';
import { metricSections } from './metric';
import { modelSection } from './model';
import { promptsSection } from './prompts';
import { joined } from './python';
import { type ProgramSource, subjectOf } from './subject';
import { sweepSections } from './sweeps';

/** Prints, as JSON, the values of each of the heatmaps that `view` shows: [row][column]. */
export function transformerLensProgram(source: ProgramSource, view: MetricView): string {
  const subject = subjectOf(source, view);
  return joined([
    `${modelSection(subject)}\n\n${promptsSection(subject)}`,
    ...metricSections(subject),
    ...heatmapSections(subject),
    ...sweepSections(subject),
  ]);
}
