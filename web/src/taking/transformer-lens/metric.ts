/** What the program measures of a run. */

import type { Metric } from '../../result/metrics';
import type { ProgramSubject } from './subject';

/** logits: [d_vocab], in double. */
const OF_ONE_TOKEN: Record<Metric, string> = {
  prob: `
def metric(logits):
    """The probability of the target."""
    return logits.softmax(-1)[target].item()`,
  log_prob: `
def metric(logits):
    """The log probability of the target, in nats."""
    return logits.log_softmax(-1)[target].item()`,
  logit: `
def metric(logits):
    """The logit of the target."""
    return logits[target].item()`,
  rank: `
def metric(logits):
    """The target's rank; 1 is the most probable token."""
    return logits.argsort(descending=True, stable=True).tolist().index(target) + 1`,
  margin: `
def metric(logits):
    """The logit of the target minus the largest of all others."""
    others = logits.clone()
    others[target] = -torch.inf
    return (logits[target] - others.max()).item()`,
  entropy: `
def metric(logits):
    """The entropy of the next token's distribution, in nats."""
    log_probs = logits.log_softmax(-1)
    return -(log_probs.exp() * log_probs).sum().item()`,
  logit_diff: `
def metric(logits):
    """The logit of the target minus that of the other."""
    return (logits[target] - logits[against]).item()`,
  kl: `
clean_log_probs = run(clean).log_softmax(-1)


def metric(logits):
    """The KL divergence from the clean run, in nats."""
    return (clean_log_probs.exp() * (clean_log_probs - logits.log_softmax(-1))).sum().item()`,
};

const RUN = `
def run(prompt, hooks=()):
    """The logits of the next token, [d_vocab]."""
    return model.run_with_hooks(prompt, fwd_hooks=list(hooks))[0, -1].double()`;

const RUN_ON = `
def run(prompt, hooks=()):
    """The logits of each token of the target, given those before it: [len(target), d_vocab]."""
    return model.run_with_hooks(prompt, fwd_hooks=list(hooks))[0, length - 1 :].double()`;

function ofContinuation(metric: Metric): string {
  const [what, exp] =
    metric === 'prob' ? ['probability', '.exp()'] : ['log probability, in nats,', ''];
  return `
def metric(logits):
    """The ${what} of the whole target."""
    log_probs = logits.log_softmax(-1)
    return log_probs[range(len(target)), target].sum()${exp}.item()`;
}

/** Sections: how a prompt is run, and what is read off the logits. */
export function metricSections({ metric, isContinuation }: ProgramSubject): string[] {
  return isContinuation ? [RUN_ON, ofContinuation(metric)] : [RUN, OF_ONE_TOKEN[metric]];
}
