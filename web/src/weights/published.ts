/**
 * GPT-2 as it was published, and in q8_0 as others have published it since; and TinyStories: where the files are, and
 * how large.
 */

import { FILES } from './files';
import { modelAddress } from './model-address';
import type { Outline } from './outline';
import {
  addressSource,
  EMBEDDED_ID,
  embeddedSource,
  keptAddress,
  type ModelSource,
} from './sources';

const PUBLISHED_HOME = 'https://huggingface.co/openai-community/';

/** In q8_0 as others have published it, with an `output.weight` beside the embedding that it equals. */
interface PublishedGguf {
  repository: string;
  revision: string;
  file: string;
  bytes: number;
}

interface Published {
  id: string;
  label: string;
  layers: number;
  weightBytes: number;
  gguf: PublishedGguf;
}

const PUBLISHED: readonly Published[] = [
  {
    ...{ id: 'gpt2', label: 'GPT-2 small', layers: 12, weightBytes: 548_105_171 },
    gguf: {
      repository: 'QuantFactory/gpt2-GGUF',
      revision: 'f100f572b0113eac0f3ec51f7616b0c64e938b63',
      file: 'gpt2.Q8_0.gguf',
      bytes: 178_000_000,
    },
  },
  {
    ...{ id: 'gpt2-medium', label: 'GPT-2 medium', layers: 24, weightBytes: 1_519_984_962 },
    gguf: {
      repository: 'mradermacher/gpt2-medium-GGUF',
      revision: '3b9897d67a84e967fbcc8d7de3db4c797e386740',
      file: 'gpt2-medium.Q8_0.gguf',
      bytes: 437_487_744,
    },
  },
  {
    ...{ id: 'gpt2-large', label: 'GPT-2 large', layers: 36, weightBytes: 3_247_159_078 },
    gguf: {
      repository: 'mradermacher/gpt2-large-GGUF',
      revision: 'c83630987bcee4945f3e947b1977c70e6b2760a1',
      file: 'gpt2-large.Q8_0.gguf',
      bytes: 898_165_824,
    },
  },
  {
    ...{ id: 'gpt2-xl', label: 'GPT-2 XL', layers: 48, weightBytes: 6_431_829_964 },
    gguf: {
      repository: 'mradermacher/gpt2-xl-GGUF',
      revision: 'a6a1b25a992d7541b185b0cd1227b47311f4eab6',
      file: 'gpt2-xl.Q8_0.gguf',
      bytes: 1_749_953_760,
    },
  },
];

/** A block of 32 numbers is 34 bytes; the header is hardly a hundredth of the file. */
const q8Outline = (bytes: number): Outline => {
  const f32Bytes = (bytes / 34) * 32 * 4;
  return { fileBytes: bytes, f32Bytes, q8Bytes: f32Bytes, dtype: 'f32' };
};

function ggufSource(label: string, { repository, revision, file, bytes }: PublishedGguf) {
  const address = modelAddress(`${repository}/blob/${revision}/${file}`, PUBLISHED_HOME);
  const outline = q8Outline(bytes);
  return { ...address, label: `${label}, q8_0`, files: [file], weightBytes: bytes, outline };
}

/** Each size in q8_0 first, a third of the download. */
const gpt2Sources: readonly ModelSource[] = PUBLISHED.flatMap((model) => {
  const label = `${model.label} (${model.layers} layers)`;
  const exact = {
    ...{ id: model.id, label, folder: `${PUBLISHED_HOME}${model.id}/resolve/main/` },
    ...{ files: [FILES.weights], weightBytes: model.weightBytes },
  };
  return [ggufSource(label, model.gguf), exact];
});

/**
 * GPT-Neos with GPT-2's tokenizer, by their sizes without the embedding of words that no story has. As which of their
 * possible files the weights are there is found out.
 * Source: Eldan and Li 2023, https://arxiv.org/abs/2305.07759; the config.json of each.
 */
const TINY_STORIES: readonly { size: string; layers: number; width: number }[] = [
  { size: '1M', layers: 8, width: 64 },
  { size: '3M', layers: 8, width: 128 },
  { size: '8M', layers: 8, width: 256 },
  { size: '28M', layers: 8, width: 512 },
  { size: '33M', layers: 4, width: 768 },
];

/** Of words and of positions. */
const EMBEDDED_ROWS = 50_257 + 2_048;

const tinyStories: readonly ModelSource[] = TINY_STORIES.map(({ size, layers, width }) => {
  const block = 12 * width ** 2 + 10 * width;
  const parameters = EMBEDDED_ROWS * width + layers * block + 2 * width;
  const address = modelAddress(`roneneldan/TinyStories-${size}`, PUBLISHED_HOME);
  return {
    ...address,
    label: `TinyStories ${size} (${layers} layers)`,
    weightBytes: 4 * parameters,
  };
});

export const publishedSources: readonly ModelSource[] = [...gpt2Sources, ...tinyStories];

/** The source that a copy on this machine is of: see keptAddress. */
export function sourceAt(address: string, base: string): ModelSource {
  const isThere = (source: ModelSource) => keptAddress(source) === address;
  return publishedSources.find(isThere) ?? addressSource(address, base);
}

/** The source that an id from the page's address stands for. */
export function sourceOf(id: string, base: string): ModelSource {
  if (id === EMBEDDED_ID) return embeddedSource(base);
  return publishedSources.find((source) => source.id === id) ?? addressSource(id, base);
}
