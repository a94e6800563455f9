/** The same experiment as a Python program for TransformerLens. */

import type { Direction, Site } from '../experiment/experiment';
import { HEAD_SITES } from '../experiment/experiment';
import type { LabResult } from '../heatmap/result';
import type { MetricView } from '../picture/from-result';
import { modelText } from './settings-text';

const PUBLISHED = /^gpt2(-medium|-large|-xl)?$/;

const isHeadSite = (site: Site) => (HEAD_SITES as readonly Site[]).includes(site);

/** Python reads what JSON escapes in the same way. */
export function pythonString(text: string): string {
  return JSON.stringify(text).replaceAll('\x7f', '\\x7f');
}

export function hookName(site: Site): string {
  return isHeadSite(site) ? `attn.hook_${site}` : `hook_${site}`;
}

const AS_PUBLISHED = [
  '    # As published, nothing folded or centred: the logits are the same numbers.',
  '    fold_ln=False,',
  '    center_writing_weights=False,',
  '    center_unembed=False,',
  '    fold_value_biases=False,',
];

function modelLines({ id, label }: { id: string; label: string }): string[] {
  if (PUBLISHED.test(id)) {
    return [
      'model = HookedTransformer.from_pretrained(',
      `    ${pythonString(id)},`,
      ...AS_PUBLISHED,
      ')',
    ];
  }
  return [
    'from transformer_lens import HookedTransformerConfig',
    'from transformer_lens.pretrained.weight_conversions import convert_gpt2_weights',
    'from transformers import GPT2LMHeadModel',
    '',
    `# ${label.replaceAll(/\s+/g, ' ')}: the folder that holds its config.json and model.safetensors.`,
    'FOLDER = "model"',
    'published = GPT2LMHeadModel.from_pretrained(FOLDER)',
    'sizes = published.config',
    'config = HookedTransformerConfig(',
    '    n_layers=sizes.n_layer,',
    '    d_model=sizes.n_embd,',
    '    n_heads=sizes.n_head,',
    '    d_head=sizes.n_embd // sizes.n_head,',
    '    d_mlp=sizes.n_inner or 4 * sizes.n_embd,',
    '    n_ctx=sizes.n_positions,',
    '    d_vocab=sizes.vocab_size,',
    '    act_fn="gelu_new",',
    '    normalization_type="LN",',
    '    eps=sizes.layer_norm_epsilon,',
    ')',
    'model = HookedTransformer(config)',
    'model.load_and_process_state_dict(',
    '    convert_gpt2_weights(published, config),',
    ...AS_PUBLISHED,
    ')',
  ];
}

/** The body of `metric`: one number from `logits`, [1 + more target tokens, vocabulary]. */
function metricLines({ metric }: MetricView): string[] {
  switch (metric) {
    case 'logit':
      return ['    return logits[0, TARGET[0]].item()'];
    case 'logit_diff':
      return ['    return (logits[0, TARGET[0]] - logits[0, AGAINST[0]]).item()'];
    case 'rank':
      return ['    return (logits[0] > logits[0, TARGET[0]]).sum().item() + 1'];
    case 'kl':
      return [
        '    run, clean_run = logits[0].log_softmax(-1), clean_logits.log_softmax(-1)',
        '    return (clean_run.exp() * (clean_run - run)).sum().item()',
      ];
    case 'log_prob':
    case 'prob':
      return [
        '    log_probs = logits.log_softmax(-1)',
        '    total = sum(log_probs[i, token] for i, token in enumerate(TARGET))',
        `    return total${metric === 'prob' ? '.exp()' : ''}.item()`,
      ];
  }
}

/** The statement that puts the source's values in: `place` is a position, a head or both. */
function putIn(site: Site, byPosition: boolean): string[] {
  if (!isHeadSite(site)) {
    return [
      '        first, end = place, min(place + SPAN, LENGTH)',
      '        value[:, first:end] = source[hook.name][:, first:end]',
    ];
  }
  const place = byPosition
    ? ['        head, first = place', '        end = min(first + SPAN, LENGTH)']
    : ['        head, first, end = place, 0, LENGTH'];
  const put =
    site === 'pattern'
      ? 'value[:, head, first:end, :LENGTH] = source[hook.name][:, head, first:end, :LENGTH]'
      : 'value[:, first:end, head] = source[hook.name][:, first:end, head]';
  return [...place, `        ${put}`];
}

function placesText(site: Site, byPosition: boolean, positions: string): string {
  if (!isHeadSite(site)) return positions;
  if (!byPosition) return 'range(model.cfg.n_heads)';
  return `[(head, position) for head in range(model.cfg.n_heads) for position in ${positions}]`;
}

function sweepLines(result: LabResult, site: Site): string[] {
  const { region, by_position: byPosition } = result.experiment;
  const layers = region
    ? `range(${region.layers[0]}, ${region.layers[1]})`
    : 'range(model.cfg.n_layers)';
  const positions = region
    ? `range(${region.positions[0]}, ${region.positions[1]})`
    : 'range(LENGTH)';
  return [
    `def sweep_${site}(base, base_hooks, source):`,
    '    """The metric of each patched run, minus that of the run that is patched: [layer][place]."""',
    '    def put_in(value, hook, place):',
    ...putIn(site, byPosition),
    '        return value',
    '',
    '    before = metric(base, base_hooks)',
    '    rows = []',
    `    for layer in ${layers}:`,
    '        row = []',
    '        together = range(layer, min(layer + WINDOW, model.cfg.n_layers))',
    `        for place in ${placesText(site, byPosition, positions)}:`,
    '            patches = [',
    `                (f"blocks.{l}.${hookName(site)}", partial(put_in, place=place)) for l in together`,
    '            ]',
    '            row.append(metric(base, base_hooks + patches) - before)',
    '        rows.append(row)',
    '    return torch.tensor(rows)',
  ];
}

function noiseLines(result: LabResult): string[] {
  const { corruption } = result.experiment;
  if (corruption.kind !== 'noise') return [];
  const { positions, multiple, samples, seed } = corruption;
  return [
    '# The random numbers are torch’s, so the samples are others than Patchboard’s.',
    `torch.manual_seed(${seed})`,
    `POSITIONS, SAMPLES = [${positions.join(', ')}], ${samples}`,
    `DEVIATION = ${multiple} * model.W_E.std(unbiased=False)`,
    '',
    '',
    'def new_noise():',
    '    noise = DEVIATION * torch.randn(len(POSITIONS), model.cfg.d_model).to(model.cfg.device)',
    '',
    '    def add_noise(value, hook):',
    '        value[:, POSITIONS] += noise',
    '        return value',
    '',
    '    return [("hook_embed", add_noise)]',
    '',
    '',
    'noises = [new_noise() for _ in range(SAMPLES)]',
  ];
}

function sourceLines(result: LabResult): string[] {
  const { corruption } = result.experiment;
  switch (corruption.kind) {
    case 'prompt':
      return ['clean_run, corrupted_run = kept(clean), kept(corrupted)'];
    case 'noise':
      return [...noiseLines(result), 'clean_run = kept(clean)'];
    case 'zero':
      return ['zeros = {name: torch.zeros_like(value) for name, value in kept(clean).items()}'];
    case 'mean':
      return [
        `PROMPTS = [${corruption.prompts.map(pythonString).join(', ')}]`,
        'runs = [kept(model.to_tokens(prompt, prepend_bos=False)) for prompt in PROMPTS]',
        'mean = {name: sum(run[name] for run in runs) / len(runs) for name in runs[0]}',
      ];
  }
}

function callText(result: LabResult, site: Site, direction: Direction): string {
  const sweep = `sweep_${site}`;
  switch (result.experiment.corruption.kind) {
    case 'prompt':
      return direction === 'denoising'
        ? `${sweep}(corrupted, [], clean_run)`
        : `${sweep}(clean, [], corrupted_run)`;
    case 'noise':
      return direction === 'denoising'
        ? `sum(${sweep}(clean, noise, clean_run) for noise in noises) / SAMPLES`
        : `sum(${sweep}(clean, [], kept(clean, noise)) for noise in noises) / SAMPLES`;
    case 'zero':
      return `${sweep}(clean, [], zeros)`;
    case 'mean':
      return `${sweep}(clean, [], mean)`;
  }
}

const idsText = (ids: readonly { id: number }[]) => ids.map(({ id }) => id).join(', ');

/** view: what each number of the program is. */
export function transformerLensProgram(result: LabResult, view: MetricView): string {
  const { experiment, start } = result;
  const sites = [...new Set(start.sweeps.map(({ site }) => site))];
  const isPair = experiment.corruption.kind === 'prompt';
  const tokens = (name: string, ids: readonly { id: number }[], text: string | number[]) => [
    ...(typeof text === 'string' ? [`# ${pythonString(text)}`] : []),
    `${name} = torch.tensor([[${idsText(ids)}]], device=model.cfg.device)`,
  ];
  const target = (index: number) => `[${idsText(start.targets[index]?.tokens ?? [])}]`;
  const lines = [
    '# An experiment of Patchboard, run by TransformerLens: pip install transformer-lens',
    `# There: ${modelText(result.model).replaceAll(/\s+/g, ' ')}`,
    'from functools import partial',
    '',
    'import torch',
    'from transformer_lens import HookedTransformer',
    ...modelLines(result.model),
    'torch.set_grad_enabled(False)',
    '',
    ...tokens('clean', start.tokensClean, experiment.clean),
    ...(isPair ? tokens('corrupted', start.tokensCorrupted, experiment.corrupted) : []),
    'LENGTH = clean.shape[1]',
    `TARGET = ${target(view.target)}  # ${pythonString(start.targets[view.target]?.text ?? '')}`,
    ...(view.metric === 'logit_diff'
      ? [
          `AGAINST = ${target(view.against)}  # ${pythonString(start.targets[view.against]?.text ?? '')}`,
        ]
      : []),
    `WINDOW, SPAN = ${experiment.window}, ${experiment.span}`,
    '',
    '',
    'def kept(prompt, hooks=[]):',
    '    """The activations of a run."""',
    '    with model.hooks(fwd_hooks=hooks):',
    '        _, cache = model.run_with_cache(prompt)',
    '    return {name: value.clone() for name, value in cache.items()}',
    '',
    '',
    ...(view.metric === 'kl' ? ['clean_logits = model(clean)[0, -1]', '', ''] : []),
    'def metric(prompt, hooks):',
    '    """Of the next token; several target tokens are given to the model one after another."""',
    '    more = torch.tensor([TARGET[:-1]], dtype=torch.long, device=model.cfg.device)',
    '    ids = torch.cat([prompt, more], dim=1)',
    '    logits = model.run_with_hooks(ids, fwd_hooks=hooks)[0, LENGTH - 1 :]',
    ...metricLines(view),
    '',
    '',
    ...sites.flatMap((site) => [...sweepLines(result, site), '', '']),
    ...sourceLines(result),
    'results = {',
    ...start.sweeps.map(
      ({ site, direction }) =>
        `    (${pythonString(site)}, ${pythonString(direction)}): ${callText(result, site, direction)},`,
    ),
    '}',
    'for (site, direction), change in results.items():',
    '    print(site, direction, tuple(change.shape))',
    '    print(change)',
    '',
  ];
  return lines.join('\n');
}
