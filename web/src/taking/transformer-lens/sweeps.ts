/** Which runs are patched with which activations, and what is printed. */

import type { Token } from '../../engine/module';
import type { Direction, Site } from '../../experiment/experiment';
import { heatmapCall } from './heatmap';
import { noiseSections } from './noise';
import { idsText, pythonString } from './python';
import { hookName, type ProgramSubject } from './subject';

type Whole = 'clean' | 'corrupted';

const CLEAN_CACHE = '_, clean_cache = model.run_with_cache(clean)';

const OVER_NOISES = `
def with_noise(call):
    """The mean over the samples of what \`call\` gives where the model's embeddings are noisy."""
    total = 0
    for hooks in noises:
        with model.hooks(fwd_hooks=hooks):
            total += call()
    return total / len(noises)`;

const NOISED_SOURCE = `
def of_noised(call):
    """The mean over the samples of what \`call\` gives with the activations of a noisy run."""
    total = 0
    for hooks in noises:
        with model.hooks(fwd_hooks=hooks):
            _, cache = model.run_with_cache(clean)
        total += call(cache)
    return total / len(noises)`;

const ZERO_SCORES = `
for name in zeros:
    if name.endswith("attn.hook_attn_scores"):
        # What the causal mask keeps out stays out.
        zeros[name] = clean_cache[name].triu(1)`;

/** Whether the corrupted run itself is patched or measured, and not its activations alone. */
function needsNoisyRun({ start, reference }: ProgramSubject): boolean {
  const isDenoised = start.sweeps.some(({ direction }) => direction === 'denoising');
  return isDenoised || reference === 'corrupted' || reference === 'share';
}

function meanTokens({ start }: ProgramSubject): Token[][] {
  if (start.tokensMean.length === 0)
    throw new Error('the tokens of the prompts of the mean are not known');
  return start.tokensMean;
}

/** Sections: the runs' activations. */
function sourceSections(subject: ProgramSubject): string[] {
  const { corruption } = subject.experiment;
  const directions = subject.start.sweeps.map(({ direction }) => direction);
  switch (corruption.kind) {
    case 'prompt':
      return [`${CLEAN_CACHE}\n_, corrupted_cache = model.run_with_cache(corrupted)`];
    case 'noise':
      return [
        ...noiseSections(corruption),
        needsNoisyRun(subject) ? OVER_NOISES : '',
        directions.includes('noising') ? NOISED_SOURCE : '',
        directions.includes('denoising') ? CLEAN_CACHE : '',
      ];
    case 'zero':
      return [
        `${CLEAN_CACHE}\nzeros = {name: torch.zeros_like(value) for name, value in clean_cache.items()}`,
        subject.start.sweeps.some(({ site }) => site === 'attn_scores') ? ZERO_SCORES : '',
      ];
    case 'mean': {
      const prompts = meanTokens(subject).map((tokens) => `    [${idsText(tokens)}],`);
      return [
        `# The mean over these prompts is put in, position by position.
prompts = [
${prompts.join('\n')}
]
caches = [model.run_with_cache(torch.tensor([prompt]))[1] for prompt in prompts]
means = {
    name: torch.stack([cache[name] for cache in caches]).mean(0)
    for name in caches[0]
    if name.startswith("blocks.")
}`,
      ];
    }
  }
}

/** Each patched run's metric. */
function rawText({ experiment }: ProgramSubject, site: Site, direction: Direction): string {
  const call = (prompt: string, source: string) =>
    `${heatmapCall(site)}(${pythonString(hookName(site))}, ${prompt}, ${source})`;
  const isDenoising = direction === 'denoising';
  switch (experiment.corruption.kind) {
    case 'prompt':
      return isDenoising ? call('corrupted', 'clean_cache') : call('clean', 'corrupted_cache');
    case 'noise':
      return isDenoising
        ? `with_noise(\n        lambda: ${call('clean', 'clean_cache')}\n    )`
        : `of_noised(\n        lambda cache: ${call('clean', 'cache')}\n    )`;
    case 'zero':
      return call('clean', 'zeros');
    case 'mean':
      return call('clean', 'means');
  }
}

/** The metric of a whole run, without a patch. */
function wholeText({ experiment }: ProgramSubject, run: Whole): string {
  const { kind } = experiment.corruption;
  if (run === 'clean' || kind === 'zero' || kind === 'mean') return 'metric(run(clean))';
  return kind === 'noise' ? 'with_noise(lambda: metric(run(clean)))' : 'metric(run(corrupted))';
}

/** Lines: what each value is compared with, and how. */
function comparison(subject: ProgramSubject): { before: string; shown: string } {
  const whole = (run: Whole) => `of_${run} = ${wholeText(subject, run)}\n`;
  switch (subject.reference) {
    case 'raw':
      return { before: '', shown: 'values' };
    case 'unpatched': {
      const directions = new Set(subject.start.sweeps.map(({ direction }) => direction));
      const runs = [...directions].map((direction) => {
        const text = wholeText(subject, direction === 'denoising' ? 'corrupted' : 'clean');
        return `    ${pythonString(direction)}: ${text},\n`;
      });
      const before = `# The run that patches are put into.\nunpatched = {\n${runs.join('')}}\n`;
      return { before, shown: 'values - unpatched[direction]' };
    }
    case 'share':
      return {
        before: whole('clean') + whole('corrupted'),
        shown: '(values - of_corrupted) / (of_clean - of_corrupted)',
      };
    case 'clean':
    case 'corrupted':
      return { before: whole(subject.reference), shown: `values - of_${subject.reference}` };
  }
}

/** Sections: the activations that are put in, every heatmap, and its values printed as JSON. */
export function sweepSections(subject: ProgramSubject): string[] {
  const heatmaps = subject.start.sweeps.map(
    ({ site, direction }) =>
      `    (${pythonString(site)}, ${pythonString(direction)}): ${rawText(subject, site, direction)},\n`,
  );
  const { before, shown } = comparison(subject);
  // JSON has no NaN; only what is outside of a region is one.
  const rows = subject.experiment.region
    ? '[[None if math.isnan(value) else value for value in row] for row in shown.tolist()]'
    : 'shown.tolist()';
  return [
    ...sourceSections(subject),
    `${before}heatmaps = {
${heatmaps.join('')}}
sweeps = []
for (site, direction), values in heatmaps.items():
    shown = ${shown}
    rows = ${rows}
    sweeps.append({"site": site, "direction": direction, "values": rows})
print(json.dumps(sweeps))`,
  ];
}
