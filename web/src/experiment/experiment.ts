/** What a person asks, apart from the model: docs/experiment.md as types. */

export const POSITION_SITES = [
  'resid_pre',
  'resid_mid',
  'resid_post',
  'attn_out',
  'mlp_out',
  'mlp_post',
] as const;
export const HEAD_SITES = ['z', 'q', 'k', 'v', 'pattern', 'attn_scores'] as const;
export const SITES = [...POSITION_SITES, ...HEAD_SITES] as const;
export type Site = (typeof SITES)[number];

export const DIRECTIONS = ['denoising', 'noising'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export type TargetText = string | number | { continuation: string };

export type Corruption =
  | { kind: 'prompt' }
  | { kind: 'noise'; positions: number[]; multiple: number; samples: number; seed: number }
  | { kind: 'zero' }
  | { kind: 'mean'; prompts: string[] };

/** What the document takes where it says nothing: docs/experiment.md. */
export const NOISE = { multiple: 3, samples: 1, seed: 0 } as const;

/** first and end, which is not part of it. */
export type Bounds = [first: number, end: number];

export interface Experiment {
  patchboard: 1;
  clean: string | number[];
  corrupted: string | number[];
  /** The model's bos_token_id before every prompt, as position 0; off where it is left out. */
  bos?: true;
  /** Special tokens in a text are plain text; each is the one token where it is left out. */
  special_tokens?: false;
  targets: TargetText[];
  sites: Site[];
  by_position: boolean;
  directions: Direction[];
  corruption: Corruption;
  window: number;
  span: number;
  region?: { layers: Bounds; positions: Bounds };
  /** Of these sites, these layers alone; the document says it in "sites". */
  layers_of_sites?: Partial<Record<Site, Bounds>>;
}

/** As docs/experiment.md has it. */
export type ExperimentDocument = Omit<Experiment, 'corrupted' | 'sites' | 'layers_of_sites'> & {
  /** Where the corruption is another prompt. */
  corrupted?: Experiment['corrupted'];
  sites: (Site | { site: Site; layers: Bounds })[];
};
