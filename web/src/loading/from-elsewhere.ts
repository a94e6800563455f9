/** Loading a model that does not come with the page, from wherever it can be had soonest. */

import { answeredWithin } from '../errors/deadline';
import { Keeper, NO_STORAGE } from '../kept/keeper';
import { KeptModel } from '../kept/kept-model';
import { newManifest } from '../kept/manifest';
import { saysItsModel } from '../weights/files';
import { keptAddress, type ModelSource } from '../weights/sources';
import type { Feeder } from './feeder';
import { AddressLoad } from './from-address';
import { loadFromFiles } from './from-files';
import { loadFromKept } from './from-kept';
import type { LoadReport } from './report';
import { SmallFiles } from './small-files';

/** How often what is kept is looked at anew, where other tabs change it meanwhile. */
const LOOKS = 3;
/** A browser's storage that has not answered for so long is as good as none. */
const STORAGE_MS = 15_000;

async function openKept(
  source: ModelSource,
  feeder: Feeder,
  report: LoadReport,
): Promise<KeptModel | undefined> {
  try {
    const opening = KeptModel.open(keptAddress(source), feeder.dtype);
    return await answeredWithin(opening, STORAGE_MS, 'no answer');
  } catch {
    report.note(NO_STORAGE);
    return undefined;
  }
}

/** Whether a copy that is of no use is away, so that a new one can take its place. */
async function isRemoved(kept: KeptModel): Promise<boolean> {
  try {
    await kept.remove();
    return true;
  } catch {
    return false; // another tab has it
  }
}

/** Of a model that has to be fetched; undefined where it was loaded from the disk. */
async function keeperFor(
  feeder: Feeder,
  source: ModelSource,
  report: LoadReport,
): Promise<Keeper | undefined> {
  const fresh = newManifest(keptAddress(source), source.label, feeder.dtype);
  for (let look = 0; look < LOOKS; look++) {
    const kept = await openKept(source, feeder, report);
    if (kept?.isComplete) {
      const server = saysItsModel(source.file)
        ? undefined
        : new SmallFiles(source.folder, (state) => {
            report.enter(state);
          });
      if (await loadFromKept(feeder, kept, server, report)) return undefined;
      if (!(await isRemoved(kept))) break;
    } else {
      const keeper = await Keeper.open(kept, kept?.manifest ?? fresh, report.note);
      if (keeper) return keeper;
    }
  }
  report.note('Another tab is using the copy on this machine: this one keeps none.');
  return Keeper.open(undefined, fresh, report.note);
}

/** onAddress: takes the load from an address, where it comes to one. */
export async function loadFromElsewhere(
  feeder: Feeder,
  source: ModelSource,
  report: LoadReport,
  onAddress: (load: AddressLoad) => void,
): Promise<void> {
  if (source.local) {
    await loadFromFiles(feeder, source.local, report);
    return;
  }
  const keeper = await keeperFor(feeder, source, report);
  if (!keeper) return;
  const load = new AddressLoad(feeder, source, keeper, report);
  onAddress(load);
  await load.run();
}
