/** Two heatmaps beside each other: what differs in their settings, and their difference. */

import type { LabResult, SweepValues } from '../result/result';
import {
  computedText,
  corruptionText,
  optionsText,
  promptText,
  targetText,
} from '../result/settings-text';

/** One heatmap of a result. */
export interface Compared {
  result: LabResult;
  sweep: SweepValues;
}

export interface SettingDifference {
  name: string;
  a: string;
  b: string;
}

type Setting = (compared: Compared) => string;

const SETTINGS: readonly [name: string, text: Setting][] = [
  ['model', ({ result }) => result.model.label],
  ['weights in', ({ result }) => result.model.dtype],
  ['clean prompt', ({ result }) => promptText(result.experiment.clean)],
  [
    'corrupted prompt',
    ({ result: { experiment } }) =>
      experiment.corruption.kind === 'prompt' ? promptText(experiment.corrupted) : 'none',
  ],
  ['prompts as tokens', ({ result }) => optionsText(result.experiment).join('; ') || 'as usual'],
  ['targets', ({ result }) => result.experiment.targets.map(targetText).join(', ')],
  ['site', ({ sweep }) => sweep.info.site],
  ['direction', ({ sweep }) => sweep.info.direction],
  [
    'heads',
    ({ sweep }) => (sweep.info.axes === 'head-position' ? 'by position' : 'at all positions'),
  ],
  ['corruption', ({ result }) => corruptionText(result.experiment.corruption)],
  ['layers patched together', ({ result }) => `${result.experiment.window}`],
  ['positions patched together', ({ result }) => `${result.experiment.span}`],
  ['computed', ({ result }) => computedText(result.experiment)],
];

/** In the order of a description: model, prompts, what is patched. */
export function settingsThatDiffer(a: Compared, b: Compared): SettingDifference[] {
  const isHead = ({ sweep }: Compared) => sweep.info.axes !== 'position';
  return SETTINGS.flatMap(([name, text]) => {
    if (name === 'heads' && !(isHead(a) && isHead(b))) return [];
    const [first, second] = [text(a), text(b)];
    return first === second ? [] : [{ name, a: first, b: second }];
  });
}

/** Why the two have no difference cell by cell; undefined where they have. */
export function whyNoDifference(a: Compared, b: Compared): string | undefined {
  const shape = ({ sweep: { info } }: Compared) => `${info.rows} × ${info.columns}`;
  const [first, second] = [a.sweep.info, b.sweep.info];
  if (first.axes !== second.axes) {
    const names = { position: 'positions', head: 'heads', 'head-position': 'heads by position' };
    return `One heatmap is of ${names[first.axes]}, the other of ${names[second.axes]}: their cells do not correspond.`;
  }
  if (first.rows !== second.rows && first.columns !== second.columns) {
    return `One heatmap has ${shape(a)} cells, the other ${shape(b)}: their cells do not correspond.`;
  }
  if (first.rows !== second.rows) {
    const rows = first.axes === 'head-position' ? 'heads' : 'layers';
    return `The models have ${first.rows} and ${second.rows} ${rows}: their rows do not correspond.`;
  }
  if (first.columns !== second.columns) {
    const columns = first.axes === 'head' ? 'heads' : 'tokens';
    return `One has ${first.columns} ${columns}, the other ${second.columns}: their columns do not correspond.`;
  }
  return undefined;
}

/** What two heatmaps have in common: 1 where they rise and fall together (Pearson). */
export function correlation(a: Float32Array, b: Float32Array): number {
  const pairs = Array.from(a, (value, i): [number, number] => [value, b[i] ?? Number.NaN]).filter(
    ([x, y]) => !Number.isNaN(x) && !Number.isNaN(y),
  );
  const mean = (index: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[index], 0) / pairs.length;
  const [meanA, meanB] = [mean(0), mean(1)];
  let [both, varianceA, varianceB] = [0, 0, 0];
  for (const [x, y] of pairs) {
    both += (x - meanA) * (y - meanB);
    varianceA += (x - meanA) ** 2;
    varianceB += (y - meanB) ** 2;
  }
  return both / Math.sqrt(varianceA * varianceB);
}
