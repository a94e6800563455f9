/** Which model is to be loaded: named, at an address or in files; and what is known of it before. */

import type { AddressState } from '../address/address';
import { follow, messageOf } from '../errors/errors';
import { keptCopies } from '../kept/kept-models';
import { keptHeaders } from '../kept/manifest';
import { TIMING } from '../weights/back-off';
import { type Dtype, proposedDtype } from '../weights/dtype';
import { isTorch, saysItsModel } from '../weights/files';
import type { FoundWeights } from '../weights/find-weights';
import {
  type ChosenFile,
  type LocalFolder,
  type LocalModel,
  localModel,
  modelFolders,
} from '../weights/local-files';
import { fileAddress } from '../weights/model-address';
import { localOutline, type Outline, outlineOfAll } from '../weights/outline';
import { publishedSources, sourceOf } from '../weights/published';
import {
  EMBEDDED_ID,
  keptAddress,
  LOCAL_ID,
  localSource,
  type ModelSource,
  sizesOf,
} from '../weights/sources';
import type { ModelShelf } from './model-shelf.svelte';

/** What is chosen in place of a named model. */
export const OTHER = 'other';
export const DISK = 'disk';

/** A link may fetch a model by itself up to this size; a larger one waits for a click. */
const UNASKED_BYTES = 50e6;

function isNamed(id: string): boolean {
  return id === EMBEDDED_ID || publishedSources.some((source) => source.id === id);
}

function selectedFor(opened: string): string {
  if (isNamed(opened)) return opened;
  return opened === LOCAL_ID ? DISK : OTHER;
}

/** A look that fails is made anew by the next one, or by a load. */
async function findAt(source: ModelSource): Promise<FoundWeights> {
  const options = { timing: { ...TIMING, attempts: 1 } };
  const { folder, file } = source;
  if (file !== undefined && saysItsModel(file)) {
    const { ggufOutlineAt } = await import('../weights/gguf-outline');
    return { files: [file], outline: await ggufOutlineAt(fileAddress(folder, file), options) };
  }
  const { findWeights } = await import('../weights/find-weights');
  return findWeights(source, options);
}

async function outlineOfFiles({ weights }: LocalModel): Promise<Outline | undefined> {
  const [first] = weights;
  if (first && isTorch(first.name)) return undefined; // only the engine reads it
  if (!first || !saysItsModel(first.name)) return localOutline(weights);
  return (await import('../weights/gguf-outline')).ggufOutlineOf(first);
}

function asLooked(source: ModelSource, { files, outline }: Partial<FoundWeights>): ModelSource {
  return { ...source, ...(files && { files }), ...(outline && { outline }) };
}

export class ModelChoice {
  /** A named model's id, OTHER or DISK. */
  selected = $state('');
  /** The address, for OTHER. */
  typed = $state('');
  /** What was chosen by hand, in place of what the size proposes. */
  chosenDtype = $state<Dtype>();
  /** The files chosen, for DISK. */
  files = $state.raw<ModelSource>();
  /** Folders with a model each, where somebody has to say which is meant. */
  folders = $state.raw<readonly LocalFolder[]>([]);
  /** Whether the page was opened with files that it may not open again by itself. */
  asksAgain = $state(false);
  /** In which numbers the whole model is on this machine's disk. */
  keptDtypes = $state.raw<readonly Dtype[]>([]);
  /** Of the typed model, where its file or a copy on this machine told. */
  private looked = $state.raw<Partial<FoundWeights> & { address: string }>();

  private readonly published = $derived(publishedSources.find(({ id }) => id === this.selected));
  readonly outline = $derived.by(() => {
    if (this.selected === DISK) return this.files?.outline;
    return this.selected === OTHER ? this.looked?.outline : this.published?.outline;
  });
  /** Undefined where nobody knows. */
  readonly fileBytes = $derived.by(() => {
    if (this.selected === DISK) return this.files?.weightBytes;
    const looked = this.selected === OTHER ? this.looked?.bytes : undefined;
    return this.published?.weightBytes ?? this.outline?.fileBytes ?? looked;
  });
  readonly sizes = $derived(this.published ? sizesOf(this.published) : this.outline);
  readonly dtype = $derived.by(
    () =>
      this.chosenDtype ??
      proposedDtype(this.sizes ?? { f32Bytes: 0 }, this.shelf.memory, this.outline?.dtype),
  );
  /** Whether it was looked for in vain. */
  readonly isSizeUnknown = $derived(
    this.selected === OTHER && this.looked !== undefined && this.fileBytes === undefined,
  );
  readonly isInUse = $derived.by(() => {
    const { inUse } = this.shelf;
    const id = this.selected === OTHER ? this.typed : this.selected;
    return inUse?.source.id === id && inUse.dtype === this.dtype;
  });

  /** opened: what the page's address asked for. base: see sourceOf. */
  constructor(
    private readonly shelf: ModelShelf,
    private readonly opened: Pick<AddressState, 'model' | 'dtype' | 'tokenizer'>,
    private readonly base: string,
  ) {
    const { model, dtype } = opened;
    this.selected = selectedFor(model);
    if (this.selected === OTHER) this.typed = model;
    this.asksAgain = model === LOCAL_ID;
    this.chosenDtype = dtype;
  }

  /** What goes wrong with an act that nobody waits for is told beside the model. */
  act(acting: Promise<void>): void {
    follow(acting, (why) => (this.shelf.problem = why));
  }

  /** Loads the model that the page was opened with, unless much would be fetched, or nobody knows how much. */
  async open(): Promise<void> {
    const source = this.pick();
    if (!source) return;
    await this.attempt(async () => {
      if (source.id !== EMBEDDED_ID) await this.lookAt(source);
      const bytes = source.id === EMBEDDED_ID ? 0 : this.fileBytes;
      const isKept = this.keptDtypes.includes(this.dtype);
      if (isKept || (bytes !== undefined && bytes <= UNASKED_BYTES)) await this.load();
    });
  }

  async load(): Promise<void> {
    const source = this.pick();
    if (!source) return;
    if (this.selected === OTHER) this.typed = source.id;
    await this.shelf.load(source, this.dtype);
    // What was found may be what is wrong: the next load looks again.
    if (this.shelf.problem !== undefined && this.looked) delete this.looked.files;
  }

  /** Another model is selected. */
  async select(): Promise<void> {
    this.shelf.problem = undefined;
    this.chosenDtype = undefined;
    this.keptDtypes = [];
    if (this.selected === EMBEDDED_ID) await this.load();
    else if (isNamed(this.selected)) await this.look();
  }

  /** Finds out, before it is loaded, how large it is and what of it is on this machine. */
  async look(): Promise<void> {
    this.looked = undefined;
    this.keptDtypes = [];
    const isEmpty = this.selected === OTHER && this.typed.trim() === '';
    const source = isEmpty ? undefined : this.pick();
    if (!source) return;
    try {
      await this.lookAt(source);
    } catch (error) {
      // A load that has begun meanwhile tells by itself, and tries again.
      if (!this.shelf.loading) this.shelf.problem = messageOf(error);
    }
  }

  /** Files, or a folder with files, that somebody chose. */
  async chooseFiles(chosen: readonly ChosenFile[]): Promise<void> {
    this.shelf.problem = undefined;
    this.files = undefined;
    this.folders = [];
    this.selected = DISK;
    await this.attempt(async () => {
      const { isClear, folders } = modelFolders(chosen);
      if (!isClear) this.folders = folders;
      else if (folders[0]) await this.chooseFolder(folders[0]);
    });
  }

  /** One of `folders`, or the only one. */
  async chooseFolder(folder: LocalFolder): Promise<void> {
    this.shelf.problem = undefined;
    this.files = undefined;
    await this.attempt(async () => {
      const model = await localModel(folder);
      this.files = localSource(model, await outlineOfFiles(model));
      this.asksAgain = false;
    });
  }

  private pick(): ModelSource | undefined {
    try {
      if (this.selected === DISK) return this.files && this.asOpened(this.files, LOCAL_ID);
      const id = this.selected === OTHER ? this.typed : this.selected;
      const source = this.asOpened(sourceOf(id, this.base), id);
      return this.looked?.address === keptAddress(source) ? asLooked(source, this.looked) : source;
    } catch (error) {
      this.shelf.problem = messageOf(error);
      return undefined;
    }
  }

  /** The model that the address names is read with the tokenizer that it names. */
  private asOpened(source: ModelSource, id: string): ModelSource {
    const { model, tokenizer } = this.opened;
    return tokenizer && id === model ? { ...source, tokenizer } : source;
  }

  /** A copy on this machine tells without the network. */
  private async lookAt(source: ModelSource): Promise<void> {
    const address = keptAddress(source);
    const copies = await keptCopies(address);
    const isAddress = source.weightBytes === undefined;
    const kept = copies.map((copy) => outlineOfAll(keptHeaders(copy))).find(Boolean);
    const found = isAddress && !kept ? await findAt(source) : undefined;
    // Meanwhile another one may have been typed.
    const now = this.pick();
    if (!now || keptAddress(now) !== address) return;
    this.keptDtypes = copies.map(({ dtype }) => dtype);
    this.looked = { address, ...(isAddress && (found ?? { outline: kept })) };
  }

  private async attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.shelf.problem = messageOf(error);
    }
  }
}
