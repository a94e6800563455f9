/** What a document says, written out: docs/experiment.md. */

/** With what it may leave out, and each name once. */
export function filled(document: Record<string, unknown>) {
  const { corruption = { kind: 'prompt' }, ...rest } = document;
  const kind = (corruption as { kind: string }).kind;
  const noise = kind === 'noise' ? { multiple: 3, samples: 1, seed: 0 } : {};
  const directions = kind === 'zero' || kind === 'mean' ? ['noising'] : ['denoising'];
  const all = {
    sites: ['resid_post'],
    by_position: false,
    directions,
    window: 1,
    span: 1,
    ...rest,
  };
  const kept = Object.entries({ ...all, patchboard: 1 }).filter(
    ([key, value]) =>
      !['model', 'tokens', 'results', 'work', 'seconds', 'checks'].includes(key) &&
      !(key === 'region' && value === null),
  );
  const once = (names: unknown) =>
    [...new Set((names as unknown[]).map((name) => JSON.stringify(name)))].map(
      (name) => JSON.parse(name) as string | { site: string },
    );
  const { sites, directions: ways, ...others } = Object.fromEntries(kept);
  const hasHeads = once(sites).some((entry) =>
    /^(z|q|k|v|pattern|attn_scores)$/.test(typeof entry === 'string' ? entry : entry.site),
  );
  return {
    ...others,
    by_position: hasHeads && all.by_position,
    corruption: { ...noise, ...(corruption as object) },
    sites: once(sites),
    directions: once(ways),
  };
}

/** What only the command runs. */
export const isOfIds = (text: string): boolean =>
  /"continuation": ?\[/.test(text) || /"prompts": ?\[\s*\[/.test(text);
