/** Where a model can be had, and what its parts are called. */

import { localBytes, type LocalModel } from './local-files';
import type { Outline } from './outline';

export interface ModelSource {
  /** What names it in the page's address: `embedded`, a published name, or a folder's address. */
  id: string;
  label: string;
  /** The folder that holds the files; ends with a slash. */
  folder: string;
  /** Bytes of the weights where known beforehand. */
  weightBytes?: number;
  /** Where the weights' file was looked at beforehand. */
  outline?: Outline;
  /** Files on this machine, in place of a folder at an address. */
  local?: LocalModel;
}

export const EMBEDDED_ID = 'embedded';
export const LOCAL_ID = 'files';

const PUBLISHED_HOME = 'https://huggingface.co/openai-community/';

const PUBLISHED = [
  { id: 'gpt2', label: 'GPT-2 small', layers: 12, weightBytes: 548_105_171 },
  { id: 'gpt2-medium', label: 'GPT-2 medium', layers: 24, weightBytes: 1_519_984_962 },
  { id: 'gpt2-large', label: 'GPT-2 large', layers: 36, weightBytes: 3_247_159_078 },
  { id: 'gpt2-xl', label: 'GPT-2 XL', layers: 48, weightBytes: 6_431_829_964 },
];

/** base: the address that the page's own files are beside. */
export function embeddedSource(base: string): ModelSource {
  return {
    id: EMBEDDED_ID,
    label: 'Small practice model',
    folder: new URL('models/embedded/', base).href,
  };
}

export const publishedSources: readonly ModelSource[] = PUBLISHED.map((model) => ({
  id: model.id,
  label: `${model.label} (${model.layers} layers)`,
  folder: `${PUBLISHED_HOME}${model.id}/resolve/main/`,
  weightBytes: model.weightBytes,
}));

export function localSource(local: LocalModel, outline: Outline | undefined): ModelSource {
  return {
    id: LOCAL_ID,
    label: 'a model from this disk',
    folder: '',
    weightBytes: localBytes(local),
    ...(outline && { outline }),
    local,
  };
}

/** A model page's address, as people copy it, names the folder only after `resolve/main`. */
function withoutModelPage(url: URL): URL {
  const [owner, name, ...rest] = url.pathname.split('/').filter(Boolean);
  const isModelPage =
    url.host === 'huggingface.co' && owner && name && (rest.length === 0 || rest[0] === 'tree');
  return isModelPage ? new URL(`/${owner}/${name}/resolve/main/`, url) : url;
}

/**
 * The folder that someone typed. `base`: what a relative address is relative to.
 * Throws where it is no http address.
 */
export function folderSource(text: string, base: string): ModelSource {
  let url: URL;
  try {
    url = new URL(text.trim(), base);
  } catch {
    throw new Error(`"${text}" is not an address, expected one such as https://example.org/gpt2/`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error(`"${text}" is not a web address, expected http:// or https://`);
  }
  url = withoutModelPage(url);
  url.pathname = url.pathname.replace(/\/(config\.json|model\.safetensors)?$/, '') + '/';
  return { id: url.href, label: url.href, folder: url.href };
}

/** The source that an id from the page's address stands for. */
export function sourceOf(id: string, base: string): ModelSource {
  if (id === EMBEDDED_ID) return embeddedSource(base);
  return publishedSources.find((source) => source.id === id) ?? folderSource(id, base);
}

/** "548 MB", "1.52 GB" */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
  return `${Math.ceil(bytes / 1e3)} kB`;
}
