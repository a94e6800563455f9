/** The beginning of a program: what it is, and the model with the same weights as the page's. */

import { hubModel } from '../../weights/model-address';
import { EMBEDDED_ID } from '../../weights/sources';
import { commentText, pythonString } from './python';
import type { ProgramSource, ProgramSubject } from './subject';

const PUBLISHED = /^gpt2(-medium|-large|-xl)?$/;

/** The arguments of `boot_transformers`, and what there is to say of them. */
function booted({ id, label }: ProgramSource['model']): { from: string; where?: string } {
  if (PUBLISHED.test(id)) return { from: pythonString(id) };
  if (id === EMBEDDED_ID) {
    const where = 'A folder of Patchboard’s repository.';
    return { from: pythonString('tools/embedded-model/model'), where };
  }
  const model = hubModel(id);
  if (!model) {
    const where = `The folder that holds config.json and the weights of ${commentText(label)}.`;
    return { from: pythonString('model'), where };
  }
  const { name, revision } = model;
  const at = revision === 'main' ? '' : `, revision=${pythonString(revision)}`;
  return { from: pythonString(name) + at };
}

/** TransformerLens 4.3 has, of a GPT-Neo, the pattern under the name of the scores. */
const WITHOUT_NEOS_SCORES = `
if model.cfg.architecture == "GPTNeoForCausalLM":
    raise SystemExit("attn_scores: of a GPT-Neo, TransformerLens 4.3 has the pattern there")`;

export function modelSection({ model, experiment, start }: ProgramSubject): string {
  const { from, where } = booted(model);
  const hasScores = start.sweeps.some(({ site }) => site === 'attn_scores');
  const { corruption, region } = experiment;
  const isNoise = corruption.kind === 'noise';
  const modules = ['json', ...(isNoise || region ? ['math'] : []), ...(isNoise ? ['random'] : [])];
  return `
# An experiment of Patchboard, run by TransformerLens: pip install torch transformer-lens==4.3.0
# There: ${commentText(model.label)}, weights in ${model.dtype}.
${modules.map((name) => `import ${name}`).join('\n')}

import torch
from numpy import s_
from transformer_lens.model_bridge import TransformerBridge

torch.set_grad_enabled(False)
# The weights as published, nothing folded or centred, so that activations are the same.
${where === undefined ? '' : `# ${where}\n`}model = TransformerBridge.boot_transformers(${from})
n_layers, n_heads = model.cfg.n_layers, model.cfg.n_heads${hasScores ? WITHOUT_NEOS_SCORES : ''}`;
}
