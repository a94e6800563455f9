/**
 * Experiments on the practice model that have every kind once: each corruption with each shape of
 * patches, every site in every direction, and each view with each corruption and each shape.
 */

const PROMPTS = [
  'Michelle Jones was a student. Michelle',
  'Michelle Smith was a student. Michelle',
  'Michelle Brown was a student. Michelle',
];
const [clean, corrupted] = PROMPTS;
const TARGETS = [' Jones', ' Smith', { continuation: ' Jones was a' }];
const POSITION_SITES = ['resid_pre', 'resid_mid', 'resid_post', 'attn_out', 'mlp_out', 'mlp_post'];
const HEAD_SITES = ['z', 'q', 'k', 'v', 'pattern', 'attn_scores'];

const CORRUPTIONS = {
  prompt: { corruption: { kind: 'prompt' }, corrupted },
  noise: { corruption: { kind: 'noise', positions: [1], multiple: 3, samples: 1, seed: 0 } },
  'noise in three samples': {
    corruption: { kind: 'noise', positions: [2, 0], multiple: 0.5, samples: 3, seed: 1234567 },
  },
  zero: { corruption: { kind: 'zero' } },
  mean: { corruption: { kind: 'mean', prompts: PROMPTS } },
};

const SHAPES = {
  positions: { sites: POSITION_SITES },
  'windows of 3': { sites: POSITION_SITES, window: 3 },
  'spans of 2': { sites: POSITION_SITES, span: 2 },
  'windows of 2, spans of 3, a region': {
    sites: POSITION_SITES,
    window: 2,
    span: 3,
    region: { layers: [1, 4], positions: [1, 5] },
  },
  heads: { sites: HEAD_SITES },
  'heads by position': { sites: HEAD_SITES, by_position: true },
  'heads by position, spans of 2, a region': {
    sites: HEAD_SITES,
    by_position: true,
    span: 2,
    region: { layers: [0, 2], positions: [0, 3] },
  },
};

/** Targets by their index. */
const VIEWS = {
  'logit difference': { metric: 'logit_diff', reference: 'raw', target: 0, against: 1 },
  'share restored': { metric: 'logit_diff', reference: 'share', target: 0, against: 1 },
  probability: { metric: 'prob', reference: 'unpatched', target: 0, against: 0 },
  'log probability': { metric: 'log_prob', reference: 'clean', target: 1, against: 1 },
  logit: { metric: 'logit', reference: 'corrupted', target: 1, against: 1 },
  rank: { metric: 'rank', reference: 'raw', target: 1, against: 1 },
  KL: { metric: 'kl', reference: 'raw', target: 0, against: 0 },
  'probability of a continuation': { metric: 'prob', reference: 'raw', target: 2, against: 2 },
  'log probability of a continuation': {
    metric: 'log_prob',
    reference: 'share',
    target: 2,
    against: 2,
  },
};

const isAblation = (corruption) => corruption.kind === 'zero' || corruption.kind === 'mean';

/** With the model's own token before every prompt, which position 0 then is. */
const withBos = () =>
  Object.entries(CORRUPTIONS).flatMap(([corruptionName, corruption]) =>
    ['positions', 'heads by position'].map((shapeName) => ({
      name: `${corruptionName}, ${shapeName}, with bos`,
      document: {
        patchboard: 1,
        clean,
        ...corruption,
        bos: true,
        targets: TARGETS,
        ...SHAPES[shapeName],
        directions: isAblation(corruption.corruption) ? ['noising'] : ['denoising', 'noising'],
      },
      views: { 'logit difference': VIEWS['logit difference'], probability: VIEWS.probability },
    })),
  );

/** [name, document, views by their name]. Each document is measured in two views. */
export function experiments() {
  const views = Object.entries(VIEWS);
  const all = [];
  for (const [c, [corruptionName, corruption]] of Object.entries(CORRUPTIONS).entries()) {
    for (const [s, [shapeName, shape]] of Object.entries(SHAPES).entries()) {
      const directions = isAblation(corruption.corruption) ? ['noising'] : ['denoising', 'noising'];
      const document = {
        patchboard: 1,
        clean,
        ...corruption,
        targets: TARGETS,
        ...shape,
        directions,
      };
      const first = c * 3 + s * 2;
      const chosen = [first, first + 1].map((index) => views[index % views.length]);
      all.push({
        name: `${corruptionName}, ${shapeName}`,
        document,
        views: Object.fromEntries(chosen),
      });
    }
  }
  return [...all, ...withBos()];
}
