/** What sites and directions are, in a line each. */

import type { Direction, Site } from './experiment';

export const SITE_TEXTS: Record<Site, string> = {
  resid_pre: 'the residual stream that enters a layer',
  resid_mid: 'the stream between attention and MLP',
  resid_post: 'the stream after the layer',
  attn_out: 'what the layer’s attention adds to it',
  mlp_out: 'what the layer’s MLP adds to it',
  mlp_post: 'the MLP’s neurons, before they are added up',
  z: 'what a head read, before it is added to the stream',
  q: 'what a head looks for',
  k: 'what a head finds a token by',
  v: 'what a head reads at a token',
  pattern: 'where a head looks',
  attn_scores: 'how well a head’s keys fit, before the softmax',
};

export const DIRECTION_TEXTS: Record<Direction, { what: string; shows: string }> = {
  denoising: {
    what: 'clean values into the corrupted run',
    shows: 'what is sufficient: the place alone brings the answer back',
  },
  noising: {
    what: 'corrupted values into the clean run',
    shows: 'what is necessary: without the place the answer is lost',
  },
};
