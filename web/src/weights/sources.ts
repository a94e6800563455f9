/** Where a model can be had, and what its parts are called. */

import type { WeightSizes } from './dtype';
import { fileAddress, modelAddress } from './model-address';
import { localBytes, type LocalModel } from './local-files';
import type { Outline } from './outline';

export interface ModelSource {
  /** What names it in the page's address: `embedded`, a published name, or an address: see modelAddress. */
  id: string;
  label: string;
  /** See ModelAddress. */
  folder: string;
  file?: string;
  /** Bytes of the weights where known beforehand. */
  weightBytes?: number;
  /** Where the weights' files were looked at beforehand: see FoundWeights. */
  files?: string[];
  outline?: Outline;
  /** Files on this machine, in place of a folder at an address. */
  local?: LocalModel;
  /** What it is read with where it has no tokenizer of its own. */
  tokenizer?: StandIn;
}

/** A tokenizer that comes with the page. */
export type StandIn = 'gpt2';

/** How a model is read: with its own tokenizer, with one in its place, or with none, by token ids alone. */
export type TokenizerUse = 'own' | StandIn | 'none';

const WITH_GPT2 = ', with GPT-2’s tokenizer';

/** As it is named wherever it is: with the tokenizer that stands in for its own. */
export function named(source: ModelSource, tokenizer: TokenizerUse): ModelSource {
  const { label } = source;
  const own = label.endsWith(WITH_GPT2) ? label.slice(0, -WITH_GPT2.length) : label;
  if (tokenizer === 'gpt2') return { ...source, label: own + WITH_GPT2, tokenizer };
  if (!source.tokenizer) return source;
  const plain = { ...source, label: own };
  delete plain.tokenizer;
  return plain;
}

export const EMBEDDED_ID = 'embedded';
export const LOCAL_ID = 'files';

/** base: the address that the page's own files are beside. */
export function embeddedSource(base: string): ModelSource {
  return {
    id: EMBEDDED_ID,
    label: 'Small practice model',
    folder: new URL('models/embedded/', base).href,
  };
}

export function localSource(local: LocalModel, outline: Outline | undefined): ModelSource {
  return {
    id: LOCAL_ID,
    label: `a model from this disk${local.folder === '' ? '' : ` (${local.folder})`}`,
    folder: '',
    weightBytes: localBytes(local),
    ...(outline && { outline }),
    local,
  };
}

/** What an address that someone typed stands for: see modelAddress. */
export function addressSource(text: string, base: string): ModelSource {
  const address = modelAddress(text, base);
  return { ...address, label: address.id };
}

/** What a copy on this machine is of: all that is in the folder, or weights of another name. */
export function keptAddress({ folder, file }: ModelSource): string {
  return file === undefined ? folder : fileAddress(folder, file);
}

/** Of its weights; undefined where nobody knows. */
export function sizesOf({ outline, weightBytes }: ModelSource): WeightSizes | undefined {
  return outline ?? (weightBytes === undefined ? undefined : { f32Bytes: weightBytes });
}

/** "548 MB", "1.52 GB" */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
  return `${Math.ceil(bytes / 1e3)} kB`;
}
